package dev.cove.embedded;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Runs inside the server: binds its HTTP port to the loopback interface, which no option of it does, announces the port,
 * and ends the server with the process that started it.
 */
final class LoopbackOnly implements ApplicationContextInitializer<ConfigurableApplicationContext> {
  /** Set when the server must not outlive the process that holds the other end of its standard input. */
  static final String ENDS_WITH_PARENT = "cove.embedded.ends-with-parent";

  static final String READY = "embedded S3 server listens on port ";

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    AtomicReference<@Nullable Connector> http = new AtomicReference<>();
    context.addBeanFactoryPostProcessor(factory ->
        factory.addBeanPostProcessor(new BeanPostProcessor() {
          @Override
          public Object postProcessAfterInitialization(Object bean, String name) {
            if (bean instanceof Connector connector) {
              connector.setProperty("address", "127.0.0.1");
              http.set(connector);
            }
            return bean;
          }
        }));
    context.addApplicationListener(event -> {
      Connector connector = http.get();
      if (event instanceof ContextRefreshedEvent && connector != null) {
        announce(connector.getLocalPort());
      }
    });
    if (Boolean.getBoolean(ENDS_WITH_PARENT)) {
      Thread watch = new Thread(LoopbackOnly::awaitParent, "parent-watch");
      watch.setDaemon(true);
      watch.start();
    }
  }

  @SuppressWarnings("SystemOut") // The line that EmbeddedS3 waits for.
  private static void announce(int port) {
    System.out.println(READY + port);
  }

  private static void awaitParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent: only the end of the stream says something.
      }
    } catch (IOException e) {
      // A pipe that cannot be read has lost its other end as well.
    }
    Runtime.getRuntime().halt(0);
  }
}
