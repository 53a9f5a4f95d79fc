package dev.cove.s3;

import dev.cove.storage.StorageException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * The SDK's standard retries, which remember whether an attempt of the call under way may have been
 * applied although it failed. A later attempt that meets a condition that does not hold (412) then
 * proves nothing: the first attempt itself may be what changed the object.
 *
 * <p>The synchronous client retries on the calling thread, so the memory is that thread's.
 */
final class TrackedRetries implements RetryStrategy {

  /** What is done when another write to the same key was under way (409). */
  enum OnConflict {
    RETRY,
    GIVE_UP
  }

  /** What is known of a thread's call under way. */
  private static final class Memory {
    private final OnConflict onConflict;
    private boolean uncertain;

    Memory(OnConflict onConflict) {
      this.onConflict = onConflict;
    }
  }

  private static final ThreadLocal<@Nullable Memory> MEMORY = new ThreadLocal<>();

  private final RetryStrategy delegate;

  private TrackedRetries(RetryStrategy delegate) {
    this.delegate = delegate;
  }

  static RetryStrategy of(int attempts) {
    return new TrackedRetries(AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(attempts)
        // The breaker stops retries for all calls once many failed. The callers are threads that
        // wait for their answer, so there are never more retries than those.
        .circuitBreakerEnabled(false)
        // Neither was applied, and the next attempt may well succeed.
        .retryOnException(S3Errors::isDamagedOnTheWay)
        .retryOnException(TrackedRetries::isPassingConflict)
        .build());
  }

  /** A call that changes something begins on this thread. */
  static void begin(OnConflict onConflict) {
    MEMORY.set(new Memory(onConflict));
  }

  /** Ends it, and tells whether an attempt failed so that it may have been applied. */
  static boolean endUncertain() {
    Memory memory = MEMORY.get();
    MEMORY.remove();
    return memory != null && memory.uncertain;
  }

  private static boolean isPassingConflict(Throwable failure) {
    Memory memory = MEMORY.get();
    return memory != null && memory.onConflict == OnConflict.RETRY && S3Errors.isConflict(failure);
  }

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    return delegate.acquireInitialToken(request);
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    Memory memory = MEMORY.get();
    if (memory != null && mayHaveBeenApplied(request.failure())) {
      memory.uncertain = true;
    }
    return delegate.refreshRetryToken(request);
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    return delegate.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return delegate.maxAttempts();
  }

  @Override
  public boolean useClientDefaults() {
    return delegate.useClientDefaults();
  }

  @Override
  public Builder<?, ?> toBuilder() {
    return delegate.toBuilder();
  }

  @Override
  public void close() {
    delegate.close();
  }

  private static boolean mayHaveBeenApplied(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof AwsServiceException service) {
        // A server that says "slow down" has not begun; one that failed may have finished first.
        return service.statusCode() >= 500 && !service.isThrottlingException();
      }
      if (t instanceof ConnectException || t instanceof UnknownHostException) {
        return false;
      }
    }
    return failure instanceof SdkException && !(failure.getCause() instanceof StorageException);
  }
}
