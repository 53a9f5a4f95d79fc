package dev.cove.namespace;

import static java.util.Objects.requireNonNull;

import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in a directory's names. Reads from a fresh listing where there is one, else page by page,
 * holding one page. Going back to an earlier place begins anew. One thread at a time.
 */
public final class DirectoryCursor {

  /**
   * A name and what it stands for.
   *
   * @param askedNanos when that was asked for
   */
  public record Named(String name, Child child, long askedNanos) {}

  private final BucketNamespace namespace;
  private final String prefix;
  private @Nullable DirectoryPager pager;
  private @Nullable Listing listing;
  private List<Named> window = List.of();
  private long windowStart;
  private boolean ended;

  DirectoryCursor(BucketNamespace namespace, String prefix) {
    this.namespace = namespace;
    this.prefix = prefix;
    rewind();
  }

  /** The name at a place, from 0; null past the end. */
  public @Nullable Named at(long index) throws StorageException {
    if (index < windowStart) {
      rewind();
    }
    while (index >= windowStart + window.size()) {
      if (ended) {
        return null;
      }
      nextWindow();
    }
    return window.get((int) (index - windowStart));
  }

  /** The names that {@link #at} answers without a request from a place on; at least the one there. */
  public List<Named> loaded(long index) throws StorageException {
    return at(index) == null
        ? List.of()
        : window.subList((int) (index - windowStart), window.size());
  }

  /** Begins anew, with what the store or a fresh listing says now. */
  public void rewind() {
    windowStart = 0;
    long asked = namespace.now();
    Listing fresh = namespace.freshListing(prefix);
    if (fresh != null) {
      window = fresh.snapshot(asked);
      ended = true;
    } else {
      window = List.of();
      ended = false;
      pager = namespace.pager(prefix);
      listing = namespace.begin();
    }
  }

  private void nextWindow() throws StorageException {
    DirectoryPager pages = requireNonNull(pager);
    long now = namespace.now();
    Listing ahead = pages.begun() ? null : namespace.listAhead(prefix);
    if (ahead != null) {
      window = ahead.snapshot(now);
      ended = true;
      return;
    }
    List<Named> next = new ArrayList<>();
    Map<String, Child> page = namespace.addPage(prefix, requireNonNull(listing), pages);
    page.forEach((name, child) -> next.add(new Named(name, child, pages.askedNanos())));
    windowStart += window.size();
    window = next;
    ended = pages.ended();
  }
}
