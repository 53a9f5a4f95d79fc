package dev.cove.storage.testkit;

import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Holds a backend to its list of deviations: what is on it must fail, what is not must pass. */
final class DeviationCheck implements InvocationInterceptor, BeforeEachCallback {

  @Override
  public void beforeEach(ExtensionContext context) {
    Class<?> type = context.getRequiredTestClass();
    for (String test : deviations(context).keySet()) {
      if (AnnotationSupport.findAnnotatedMethods(type, Test.class, HierarchyTraversalMode.TOP_DOWN)
          .stream()
          .noneMatch(method -> method.getName().equals(test))) {
        throw new AssertionError(
            type.getName() + " deviates from a test there is none of: " + test);
      }
    }
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    String reason = deviations(context).get(test.getExecutable().getName());
    if (reason == null) {
      invocation.proceed();
      return;
    }
    context.publishReportEntry("deviation", reason);
    try {
      invocation.proceed();
    } catch (Exception | AssertionError expected) {
      return;
    }
    throw new AssertionError(
        "keeps a promise it is said not to keep; take it from the list of deviations: " + reason);
  }

  private static Map<String, String> deviations(ExtensionContext context) {
    return ((ContractFixture) context.getRequiredTestInstance()).deviations();
  }
}
