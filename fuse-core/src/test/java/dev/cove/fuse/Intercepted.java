package dev.cove.fuse;

import dev.cove.vfs.VirtualFileSystem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** A file system whose calls can be made to fail or wait, by name. */
final class Intercepted {
  private final Map<String, Callable<?>> before = new ConcurrentHashMap<>();
  final VirtualFileSystem vfs;

  Intercepted(VirtualFileSystem target) {
    vfs = (VirtualFileSystem) Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {VirtualFileSystem.class},
        (proxy, method, arguments) -> {
          Callable<?> hook = before.get(method.getName());
          if (hook != null) {
            hook.call();
          }
          try {
            return method.invoke(target, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  /** Runs {@code hook} ahead of every call of this name; what it throws is what the call throws. */
  void before(String call, Callable<?> hook) {
    before.put(call, hook);
  }

  void fail(String call, Throwable failure) {
    before(call, () -> {
      throw sneaky(failure);
    });
  }

  void heal() {
    before.clear();
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException sneaky(Throwable t) throws T {
    throw (T) t;
  }
}
