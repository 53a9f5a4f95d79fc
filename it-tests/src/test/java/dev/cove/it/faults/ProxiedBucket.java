package dev.cove.it.faults;

import dev.cove.it.mount.BucketMount;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bucket behind a proxy that fails as a test wants it to. In the end all has to be stored. */
abstract class ProxiedBucket {
  @TempDir
  Path temp;

  HttpFaultProxy proxy;
  BucketMount s3;

  @BeforeEach
  final void makeBucket() throws Exception {
    proxy = HttpFaultProxy.start(S3Server.shared().endpoint());
    s3 = new BucketMount(temp, proxy.endpoint());
  }

  @AfterEach
  final void endBucket() throws Exception {
    proxy.heal();
    s3.close();
    proxy.close();
  }
}
