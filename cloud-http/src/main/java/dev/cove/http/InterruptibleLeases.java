package dev.cove.http;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection pool that loses no connection to a thread interrupted while it waits for one. The
 * SDK's time-outs interrupt, and the pool's own request would stay queued and be given a connection
 * that nobody returns.
 */
record InterruptibleLeases(PoolingHttpClientConnectionManager pool)
    implements HttpClientConnectionManager, ConnPoolControl<HttpRoute> {

  @Override
  public LeaseRequest lease(
      String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
    LeaseRequest request = pool.lease(id, route, requestTimeout, state);
    return new LeaseRequest() {
      @Override
      public ConnectionEndpoint get(Timeout timeout)
          throws InterruptedException, ExecutionException, TimeoutException {
        try {
          return request.get(timeout);
        } catch (CancellationException e) {
          // Aborted from outside. As a checked exception it is told like any other broken call.
          throw new ExecutionException(e);
        } catch (InterruptedException e) {
          if (!request.cancel()) {
            // Granted at the same moment: no wait, and it goes back unused.
            pool.release(request.get(Timeout.ofMilliseconds(1)), null, null);
          }
          throw e;
        }
      }

      @Override
      public boolean cancel() {
        return request.cancel();
      }
    };
  }

  @Override
  public void release(
      ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
    pool.release(endpoint, newState, validDuration);
  }

  @Override
  public void connect(ConnectionEndpoint endpoint, TimeValue timeout, HttpContext context)
      throws IOException {
    pool.connect(endpoint, timeout, context);
  }

  @Override
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    pool.upgrade(endpoint, context);
  }

  @Override
  public void closeIdle(TimeValue idleTime) {
    pool.closeIdle(idleTime);
  }

  @Override
  public void closeExpired() {
    pool.closeExpired();
  }

  @Override
  public Set<HttpRoute> getRoutes() {
    return pool.getRoutes();
  }

  @Override
  public PoolStats getTotalStats() {
    return pool.getTotalStats();
  }

  @Override
  public PoolStats getStats(HttpRoute route) {
    return pool.getStats(route);
  }

  @Override
  public void setMaxTotal(int max) {
    pool.setMaxTotal(max);
  }

  @Override
  public int getMaxTotal() {
    return pool.getMaxTotal();
  }

  @Override
  public void setDefaultMaxPerRoute(int max) {
    pool.setDefaultMaxPerRoute(max);
  }

  @Override
  public int getDefaultMaxPerRoute() {
    return pool.getDefaultMaxPerRoute();
  }

  @Override
  public void setMaxPerRoute(HttpRoute route, int max) {
    pool.setMaxPerRoute(route, max);
  }

  @Override
  public int getMaxPerRoute(HttpRoute route) {
    return pool.getMaxPerRoute(route);
  }

  @Override
  public void close(CloseMode mode) {
    pool.close(mode);
  }

  @Override
  public void close() {
    pool.close();
  }
}
