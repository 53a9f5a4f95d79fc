package dev.cove.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files and directories that a bucket's keys make up. Directories are named by their key
 * prefix: {@code ""} for the top, else with a slash at the end.
 *
 * <p>Answers are remembered for a while ({@link NamespaceOptions}); the mount's own changes, told
 * through {@link #changed}, are known at once and win over any list that was under way. A name is
 * asked for with one LIST. When a directory is asked for several names in a row its first pages are
 * listed instead, so that a scan costs a request for a thousand names and not for each.
 *
 * <p>Safe for use by many threads; no lock is held while a request is under way.
 */
public final class BucketNamespace {
  // 16: the directory "a/" may sort behind a few siblings such as "a-1" and "a.txt".
  private static final int SINGLE_NAME_KEYS = 16;
  // A list that began before a change may arrive after it, but not later than its deadline.
  private static final Duration CHANGES_KEPT = Duration.ofMinutes(5);

  private final ObjectStore store;
  private final Executor threads;
  private final LongSupplier ticker;
  private final long positiveNanos;
  private final long negativeNanos;
  private final int maxListing;
  private final UnshowableKeys unshowable = new UnshowableKeys();
  private final Set<String> hidden = ConcurrentHashMap.newKeySet();
  private final Cache<String, Listing> listings;
  private final Cache<String, Known> names;
  private final Cache<String, ConcurrentMap<String, Known>> changes;
  private final Cache<String, Misses> misses;
  private final Walks walks;
  private final ConcurrentMap<String, CompletableFuture<Void>> loading = new ConcurrentHashMap<>();

  /** What was heard of one name, null child for "does not exist". */
  private record Known(@Nullable Child child, long nanos) {}

  /**
   * A namespace over the whole store (a mount of a prefix hands in a store that adds it).
   *
   * @param threads for what is listed ahead of its reader; may refuse
   * @param ticker nanoseconds of a clock that only moves forward
   */
  public BucketNamespace(
      ObjectStore store, NamespaceOptions options, Executor threads, LongSupplier ticker) {
    this.store = store;
    this.threads = threads;
    this.ticker = ticker;
    this.positiveNanos = options.positiveTtl().toNanos();
    this.negativeNanos = options.negativeTtl().toNanos();
    // A fifth: one huge directory does not push out all others.
    this.maxListing = options.maxEntries() / 5;
    this.listings = Caffeine.newBuilder()
        .maximumWeight(options.maxEntries())
        .weigher((String prefix, Listing listing) -> 1 + listing.size())
        .executor(Runnable::run)
        .build();
    this.names =
        Caffeine.newBuilder().maximumSize(maxListing).executor(Runnable::run).build();
    this.changes = Caffeine.newBuilder()
        .expireAfterWrite(CHANGES_KEPT)
        .ticker(ticker::getAsLong)
        .executor(Runnable::run)
        .build();
    this.walks = new Walks(options.positiveTtl(), ticker);
    this.misses = Caffeine.newBuilder()
        .maximumSize(10_000)
        .expireAfterWrite(Duration.ofNanos(Math.max(positiveNanos, 1_000_000_000L)))
        .ticker(ticker::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /** The keys met so far that no path shows. */
  public UnshowableKeys unshowable() {
    return unshowable;
  }

  /** What a name stands for; null when it does not exist. */
  public @Nullable Child find(String prefix, String name) throws StorageException {
    Known known = recall(prefix, name);
    return known != null ? known.child() : ask(prefix, name);
  }

  /** What a name stands for by the store's word of this moment; null when it does not exist. */
  public @Nullable Child findNow(String prefix, String name) throws StorageException {
    return askForName(prefix, name);
  }

  /**
   * What a name stands for: what was heard of it, unless this mount has changed it since.
   *
   * @param askedNanos when that was asked for
   */
  public @Nullable Child orChanged(
      String prefix, String name, @Nullable Child heard, long askedNanos) {
    Known own = ownChange(prefix, name, askedNanos);
    return own == null ? heard : own.child();
  }

  /** Reads a directory's names in order; pages are fetched as they are asked for. */
  public DirectoryCursor list(String prefix) {
    return new DirectoryCursor(this, prefix);
  }

  /** The mount itself created or replaced a name, or removed it (null). */
  public void changed(String prefix, String name, @Nullable Child child) {
    Known known = new Known(child, ticker.getAsLong());
    changes.asMap().computeIfAbsent(prefix, p -> new ConcurrentHashMap<>()).put(name, known);
    names.put(prefix + name, known);
    Listing listing = listings.getIfPresent(prefix);
    if (listing != null) {
      listing.apply(name, child);
    }
  }

  /** Shows a key no longer, whether or not the store has it, until {@link #unhide}. */
  public void hide(String prefix, String name) {
    hidden.add(prefix + name);
    changed(prefix, name, null);
  }

  /** Shows a key again when the store has it. */
  public void unhide(String key) {
    hidden.remove(key);
  }

  /** The mount itself made or removed a directory's marker object. */
  public void markerChanged(String prefix, boolean present) {
    Listing listing = listings.getIfPresent(prefix);
    if (listing != null) {
      listing.applyMarker(present);
    }
  }

  /**
   * Whether a directory goes on to exist when a name in it is gone: it has a marker or other names.
   * At most one request, and none when the directory was listed lately.
   */
  public boolean outlives(String prefix, String name) throws StorageException {
    Listing listing = listings.getIfPresent(prefix);
    if (listing == null || !isFresh(listing)) {
      load(prefix, () -> firstPages(prefix, 1));
      listing = listings.getIfPresent(prefix);
    }
    return listing != null && (listing.hasMarker() || listing.hasOtherThan(name));
  }

  /** The mount itself made a directory: it is known to be empty. */
  public void createdDirectory(String prefix) {
    Listing listing = begin();
    listing.addPage(Map.of(), ticker.getAsLong());
    listing.applyMarker(true);
    listing.finish();
    listings.put(prefix, listing);
  }

  /** Whether a directory has no names, hidden ones not counted; one request. */
  public boolean isEmpty(String prefix) throws StorageException {
    int below = (int) hidden.stream().filter(key -> key.startsWith(prefix)).count();
    int enough = Math.min(below + 2, ListRequest.MAX_KEYS);
    ListPage page = store.list(ListRequest.all(prefix).limit(enough));
    return page.objects().stream()
        .allMatch(object -> object.key().equals(prefix) || hidden.contains(object.key()));
  }

  /** Drops what is remembered of a directory, of everything below it and of its own name. */
  public void forget(String prefix) {
    dropBelow(prefix);
    if (!prefix.isEmpty()) {
      String key = prefix.substring(0, prefix.length() - 1);
      names.invalidate(key);
      listings.invalidate(key.substring(0, key.lastIndexOf('/') + 1));
    }
  }

  /** Drops what is remembered of the names in a directory and below. */
  public void dropBelow(String prefix) {
    listings.asMap().keySet().removeIf(directory -> directory.startsWith(prefix));
    names.asMap().keySet().removeIf(key -> key.startsWith(prefix));
    misses.asMap().keySet().removeIf(directory -> directory.startsWith(prefix));
  }

  private @Nullable Known recall(String prefix, String name) {
    long now = ticker.getAsLong();
    Known known = names.getIfPresent(prefix + name);
    Listing listing = listings.getIfPresent(prefix);
    if (listing != null && (known == null || known.nanos() < listing.startedNanos())) {
      Child child = listing.get(name);
      if (child != null && now - listing.heardNanos() < positiveNanos) {
        return new Known(child, listing.heardNanos());
      }
      if (child == null && listing.complete() && now - listing.heardNanos() < negativeNanos) {
        return new Known(null, listing.heardNanos());
      }
    }
    if (known != null
        && now - known.nanos() < (known.child() != null ? positiveNanos : negativeNanos)) {
      return known;
    }
    return null;
  }

  private @Nullable Child ask(String prefix, String name) throws StorageException {
    if (positiveNanos > 0) {
      Misses before = misses.get(prefix, p -> new Misses());
      Misses.Plan plan = before.next(name);
      if (plan instanceof Misses.FirstPages first) {
        load(prefix, () -> firstPages(prefix, first.pages()));
      } else if (plan instanceof Misses.PagesAfter after) {
        load(prefix, () -> before.listed(pagesAfter(prefix, after.name(), after.pages())));
      } else {
        join(loading.get(prefix));
      }
      Known known = recall(prefix, name);
      if (known != null) {
        return known.child();
      }
    }
    return askForName(prefix, name);
  }

  private @Nullable Child askForName(String prefix, String name) throws StorageException {
    long started = ticker.getAsLong();
    String key = prefix + name;
    ListPage page = store.list(new ListRequest(key, "/", null, null, SINGLE_NAME_KEYS));
    Child child = null;
    if (!page.objects().isEmpty()
        && page.objects().get(0).key().equals(key)
        && !hidden.contains(key)) {
      child = Child.File.of(page.objects().get(0));
    }
    boolean directory = page.prefixes().contains(key + "/");
    if (!directory && page.nextToken() != null && !isPast(page, key + "/")) {
      directory = !store.list(ListRequest.all(key + "/").limit(1)).objects().isEmpty();
    }
    if (directory) {
      if (child != null) {
        unshowable.add(key, UnshowableKeys.Reason.HIDDEN_BY_DIRECTORY);
      }
      child = Child.Directory.INSTANCE;
    }
    return remember(prefix, name, child, started);
  }

  private static boolean isPast(ListPage page, String key) {
    return KeyOrder.UTF_8.compare(DirectoryPager.lastKey(page), key) >= 0;
  }

  /** Keeps an answer unless the mount itself changed the name after it was asked for. */
  private @Nullable Child remember(
      String prefix, String name, @Nullable Child child, long startedNanos) {
    Known own = ownChange(prefix, name, startedNanos);
    if (own != null) {
      return own.child();
    }
    names.put(prefix + name, new Known(child, ticker.getAsLong()));
    return child;
  }

  private @Nullable Known ownChange(String prefix, String name, long sinceNanos) {
    Map<String, Known> own = changes.getIfPresent(prefix);
    Known known = own == null ? null : own.get(name);
    return known != null && known.nanos() >= sinceNanos ? known : null;
  }

  private interface Load {
    void run() throws StorageException;
  }

  /** Lists a directory or a part of it, once for all threads that want any. */
  private void load(String prefix, Load load) throws StorageException {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = loading.putIfAbsent(prefix, mine);
    if (other != null) {
      join(other);
      return;
    }
    try {
      load.run();
      mine.complete(null);
    } catch (StorageException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      loading.remove(prefix, mine);
      mine.cancel(false); // no effect once completed: waiters never hang on an Error
    }
  }

  private void firstPages(String prefix, int maxPages) throws StorageException {
    DirectoryPager pager = pager(prefix);
    Listing listing = begin();
    for (int page = 0; page < maxPages && !pager.ended(); page++) {
      addPage(prefix, listing, pager, pager.nextPage(), pager.heardNanos());
    }
  }

  private Set<String> pagesAfter(String prefix, String name, int maxPages) throws StorageException {
    DirectoryPager pager = pager(prefix);
    pager.beginAfter(prefix + name);
    Set<String> heard = new HashSet<>();
    for (int i = 0; i < maxPages && !pager.ended(); i++) {
      pager.nextPage().forEach((next, child) -> {
        remember(prefix, next, child, pager.askedNanos());
        heard.add(next);
      });
    }
    return heard;
  }

  /** Waits for a scan of another thread; its failure is that thread's alone. */
  private static void join(@Nullable CompletableFuture<Void> other) {
    if (other != null) {
      try {
        other.join();
      } catch (CompletionException | CancellationException e) {
        // The name is asked for by itself then, and that says what is wrong.
      }
    }
  }

  DirectoryPager pager(String prefix) {
    PageAhead pages = new PageAhead(store, threads, positiveNanos, ticker);
    return new DirectoryPager(pages, prefix, hidden, unshowable);
  }

  long now() {
    return ticker.getAsLong();
  }

  Listing begin() {
    return new Listing(ticker.getAsLong());
  }

  /**
   * A directory is about to be listed. When several beside it were, as by a walk through a tree, what
   * follows is listed together with it.
   *
   * @return its listing when that has come of it, else null
   */
  @Nullable
  Listing listAhead(String prefix) throws StorageException {
    return positiveNanos > 0 && walks.isWorthAScan(prefix) ? scanTree(prefix) : null;
  }

  private @Nullable Listing scanTree(String prefix) throws StorageException {
    TreeScan scan = new TreeScan(store, Walks.parent(prefix), prefix);
    long started = ticker.getAsLong();
    scan.nextPage().forEach((directory, page) -> {
      if (freshListing(directory) == null) {
        Listing listing = new Listing(started);
        DirectoryPager pager = pager(directory);
        addPage(directory, listing, pager, pager.names(page), ticker.getAsLong());
      }
    });
    Listing mine = freshListing(prefix);
    if (mine != null) {
      walks.spared(prefix);
    }
    return mine;
  }

  /**
   * Fetches a page into a listing and shares what is known so far. The one after it is fetched ahead.
   */
  Map<String, Child> addPage(String prefix, Listing listing, DirectoryPager pager)
      throws StorageException {
    Map<String, Child> page = pager.nextOfAll();
    return addPage(prefix, listing, pager, page, pager.heardNanos());
  }

  private Map<String, Child> addPage(
      String prefix,
      Listing listing,
      DirectoryPager pager,
      Map<String, Child> page,
      long heardNanos) {
    Map<String, Known> own = changes.getIfPresent(prefix);
    if (own != null) {
      // By the page: there may be a hundred times as many changes as names on it.
      for (String name : List.copyOf(page.keySet())) {
        Known known = own.get(name);
        if (known != null && known.nanos() >= listing.startedNanos()) {
          if (known.child() == null) {
            page.remove(name);
          } else {
            page.put(name, known.child());
          }
        }
      }
    }
    if (listing.size() + page.size() > maxListing) {
      listing.clear();
    }
    boolean whole = listing.pages() * (long) ListRequest.MAX_KEYS <= maxListing;
    listing.addPage(page, heardNanos);
    listing.applyMarker(pager.hasMarker());
    if (pager.ended() && whole) {
      listing.finish();
    }
    Listing before = listings.getIfPresent(prefix);
    if (before == null || before == listing || listing.complete() || !isFresh(before)) {
      listings.put(prefix, listing);
    }
    return page;
  }

  /** A complete listing that is still fresh, or null. */
  @Nullable
  Listing freshListing(String prefix) {
    Listing listing = listings.getIfPresent(prefix);
    return listing != null && listing.complete() && isFresh(listing) ? listing : null;
  }

  private boolean isFresh(Listing listing) {
    return ticker.getAsLong() - listing.heardNanos() < positiveNanos;
  }
}
