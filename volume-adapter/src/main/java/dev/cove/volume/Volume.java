package dev.cove.volume;

import static dev.cove.volume.Question.ask;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobWriter;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongSupplier;

/**
 * A volume as one user works with it: a commit, and changes on top of it that nobody else sees. {@link #commit} publishes all changes
 * at once; {@link #reload} goes on to the newest commit; {@link #discard} drops the changes.
 *
 * <p>Paths begin at the root, with or without a slash in front; symbolic links are not followed, and {@code ..} is refused. Every
 * method throws a {@link VolumeException} when it fails. Each change is made whole or not at all.
 *
 * <p>Safe for use by several threads: changes and commits take turns, reads wait for nobody.
 */
public final class Volume implements AutoCloseable {
  private final VolumeStore store;
  private final String name;
  private final Line line;
  private final BlobWriter blobs;
  private final LongSupplier numbers;

  /** Held while something changes, and across the requests of a commit: changes wait for the commit they came after. */
  private final Object lock = new Object();

  private final Committer committer;

  /** What is seen; replaced as a whole under the lock. */
  private volatile State state;

  /** A commit and the changes on top of it. */
  record State(CommitRecord base, WorkingTree tree) {}

  /** What is done to the tree, all of it or nothing. */
  interface Change {
    void apply(TreeEdits edits) throws StorageException;
  }

  Volume(VolumeStore store, String name, Line line, BlobWriter blobs, CommitRecord head) {
    this.store = store;
    this.name = name;
    this.line = line;
    this.blobs = blobs;
    this.numbers = new InodeNumbers(() -> store.newId().low());
    this.committer = new Committer(store, name, line, blobs);
    this.state = fresh(head);
  }

  private State fresh(CommitRecord head) {
    return new State(head, new WorkingTree(head.snapshot(), store.options().clock(), numbers));
  }

  /** The volume of that name in the store that the environment names: {@code COVE_VOLUME_STORE}, or a folder of this user. */
  public static Volume fromName(String name, IfMissing ifMissing) {
    return StandardStore.get().volume(name, ifMissing);
  }

  /** As {@link #fromName(String, IfMissing)} with {@link IfMissing#FAIL}. */
  public static Volume fromName(String name) {
    return fromName(name, IfMissing.FAIL);
  }

  public String name() {
    return name;
  }

  /** The store it is in. */
  public VolumeStore store() {
    return store;
  }

  /** The commit that is worked on. */
  public Commit base() {
    return state.base().toCommit();
  }

  // Reading: the commit with the changes on top.

  /** What is seen at this moment, as it goes on changing until the next commit, reload or discard. */
  public VolumeView view() {
    return new VolumeView(state.tree().view(), blobs);
  }

  public boolean exists(String path) {
    return view().exists(path);
  }

  public FileInfo stat(String path) {
    return view().stat(path);
  }

  public List<FileInfo> listdir(String path) {
    return view().listdir(path);
  }

  public List<FileInfo> listdir(String path, Recursive recursive) {
    return view().listdir(path, recursive);
  }

  public byte[] readFile(String path) {
    return view().readFile(path);
  }

  public void readFile(String path, OutputStream out) {
    view().readFile(path, out);
  }

  public VolumeFile open(String path) {
    return view().open(path);
  }

  // Changing: seen here at once, by others after a commit.

  /** Stores a file's content, with mode 0644 where it is new; directories on the way are made. */
  public void writeFile(String path, byte[] content) {
    try (BatchUpload batch = batchUpload(IfExists.REPLACE)) {
      batch.put(content, path);
      batch.stage();
    }
  }

  /** Many files at once, in parallel; files that exist are an error. */
  public BatchUpload batchUpload() {
    return batchUpload(IfExists.FAIL);
  }

  public BatchUpload batchUpload(IfExists ifExists) {
    return new BatchUpload(this, blobs, ifExists);
  }

  /** Makes a directory and those on the way; one that exists is no error. */
  public void makeDirectory(String path) {
    VolumePath parsed = VolumePath.parse(path);
    change(path, edits -> edits.makeDirectories(parsed));
  }

  /** Removes a file or link, or an empty directory. */
  public void removeFile(String path) {
    removeFile(path, Recursive.NO);
  }

  /** As {@link #removeFile(String)}; with {@link Recursive#YES} a directory with all that is in it. */
  public void removeFile(String path, Recursive recursive) {
    VolumePath parsed = VolumePath.parse(path);
    change(path, edits -> edits.remove(parsed, recursive));
  }

  /** As {@link #copyFiles(List, String, Recursive)} for files only. */
  public void copyFiles(List<String> sources, String target) {
    copyFiles(sources, target, Recursive.NO);
  }

  /**
   * Copies as {@code cp} does, without moving a byte of content: into the target if it is a directory, else to that very path, which
   * takes a single source. What is there is replaced. Names that lead to one file keep doing so among what is copied.
   */
  public void copyFiles(List<String> sources, String target, Recursive recursive) {
    List<VolumePath> from = sources.stream().map(VolumePath::parse).toList();
    VolumePath to = VolumePath.parse(target);
    change(target, edits -> new TreeCopy(edits, recursive).copy(from, to));
  }

  /** Renames as {@code mv} does: into the target if it is a directory, else to that very path, replacing a file there. */
  public void rename(String from, String to) {
    VolumePath source = VolumePath.parse(from);
    VolumePath target = VolumePath.parse(to);
    change(from, edits -> edits.move(source, target));
  }

  /** Gives a file one more name. */
  public void link(String existing, String path) {
    VolumePath source = VolumePath.parse(existing);
    VolumePath target = VolumePath.parse(path);
    change(path, edits -> edits.link(source, target));
  }

  /** Makes a symbolic link; where it leads is not looked at. */
  public void symlink(String target, String path) {
    VolumePath parsed = VolumePath.parse(path);
    change(path, edits -> edits.symlink(target, parsed));
  }

  /** Changes attributes: mode, owner, time, extended attributes. */
  public void setAttributes(String path, AttributeChange attributes) {
    VolumePath parsed = VolumePath.parse(path);
    change(path, edits -> edits.setAttributes(parsed, attributes));
  }

  /** Runs a change on a copy and takes it over when all of it has succeeded. */
  void change(String path, Change change) {
    synchronized (lock) {
      try {
        WorkingTree fork = state.tree().fork();
        change.apply(new TreeEdits(fork, blobs));
        state.tree().absorb(fork);
      } catch (StorageException e) {
        throw VolumeException.of(e, path);
      }
    }
  }

  /** Whether there is anything to commit. */
  public boolean hasChanges() {
    try {
      WorkingTree tree = state.tree();
      return !tree.isUntouched() && !tree.changes().isEmpty();
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  // Commits.

  /** As {@link #commit(String, Merging)}, merging unless the volume was created not to. */
  public Commit commit(String message) {
    return commit(message, Merging.ALLOWED);
  }

  /**
   * Publishes all changes as one commit: others see none of them or all. If other commits came first, changes to different paths are
   * merged, and what is seen here then includes theirs. Without changes nothing is published.
   *
   * @param merging {@link Merging#REFUSED} fails instead of merging
   * @return the commit that was made; the one worked on when there was nothing to commit
   * @throws VolumeException {@code CONFLICT} with the paths that clash: the changes stay here, uncommitted. After any failure the same
   *     changes can be committed again, and are published once
   */
  public Commit commit(String message, Merging merging) {
    synchronized (lock) {
      State before = state;
      try {
        CommitRecord made = committer.commit(before.base(), before.tree(), message, merging);
        if (made.number() != before.base().number()) {
          state = fresh(made);
        }
        return made.toCommit();
      } catch (StorageException e) {
        throw VolumeException.of(e);
      }
    }
  }

  /**
   * Goes on to the newest commit. Files that are open stay what they are.
   *
   * @throws VolumeException {@code UNCOMMITTED_CHANGES}
   */
  public Commit reload() {
    synchronized (lock) {
      requireNoChanges();
      return ask(() -> {
        CommitRecord head = committer.newest(state.base());
        committer.forget();
        if (head.number() != state.base().number()) {
          state = fresh(head);
        }
        return head.toCommit();
      });
    }
  }

  private void requireNoChanges() {
    if (hasChanges()) {
      throw new VolumeException(
          Reason.UNCOMMITTED_CHANGES,
          "the volume '" + name
              + "' has changes that are not committed: commit or discard them first");
    }
  }

  /** Drops all changes that are not committed. */
  public void discard() {
    synchronized (lock) {
      committer.forget();
      state = fresh(state.base());
    }
  }

  // History.

  /** The newest commits, the newest first. */
  public List<Commit> log(int limit) {
    return ask(() -> new History(store, line, blobs).log(limit));
  }

  /** All commits, the newest first. */
  public List<Commit> log() {
    return log(Integer.MAX_VALUE);
  }

  /** The state of a commit, by its number or a tag of it. */
  public VolumeView at(String commit) {
    return new VolumeView(resolve(commit).snapshot(), blobs);
  }

  /** The commit that a number or tag names. */
  public Commit find(String commit) {
    return resolve(commit).toCommit();
  }

  private CommitRecord resolve(String commit) {
    return ask(() -> new History(store, line, blobs).resolve(commit));
  }

  /** What differs between two commits, by their numbers or tags; in the order of the paths. */
  public List<Difference> diff(String before, String after) {
    return ask(() -> Differences.between(resolve(before), resolve(after)));
  }

  /**
   * Publishes a new commit with the content of an old one; nothing of the history goes. Where the newest has that content already,
   * nothing is published, so that trying again after a failure does no more than once.
   *
   * @throws VolumeException {@code UNCOMMITTED_CHANGES}; {@code CONFLICT} when another commit came first
   */
  public Commit rollback(String commit, String message) {
    synchronized (lock) {
      CommitRecord head = state.base();
      requireNoChanges();
      return ask(() -> {
        CommitRecord newest = committer.newest(head);
        CommitRecord made = committer.rollback(newest, resolve(commit), message);
        state = fresh(made);
        return made.toCommit();
      });
    }
  }

  /**
   * Names a commit.
   *
   * @param tag as a volume's name, but not digits alone
   * @throws VolumeException {@code TAG_EXISTS} when it names another commit
   */
  public void tag(String tag, String commit) {
    VolumeNames.checkedTag(tag);
    long number = resolve(commit).number();
    ask(() -> {
      new Tags(store, line).set(tag, number);
      return number;
    });
  }

  /** Removes a tag; one that does not exist is {@code UNKNOWN_COMMIT}. */
  public void removeTag(String tag) {
    VolumeNames.checkedTag(tag);
    resolve(tag);
    ask(() -> {
      new Tags(store, line).remove(tag);
      return tag;
    });
  }

  /** The tags and the numbers of their commits. */
  public SortedMap<String, Long> tags() {
    return ask(() -> new Tags(store, line).all());
  }

  /** A new volume in the same store that begins with a commit of this one, by its number or tag; nothing is copied. */
  public Volume clone(String target, String commit) {
    return store.clone(name, resolve(commit), target);
  }

  /** As {@link #clone(String, String)} with the commit that is worked on; uncommitted changes stay here. */
  public Volume clone(String target) {
    return store.clone(name, state.base(), target);
  }

  /** Reads every byte that any commit of this volume needs, and names the files that cannot be read. */
  public VerifyReport verify() {
    return ask(() -> {
      Verifier verifier = new Verifier(store);
      verifier.line(name, line);
      return verifier.finish();
    });
  }

  /** Keeps the commit that is worked on from being collected as garbage until it is released or runs out. */
  public Lease lease(Duration validity) {
    return ask(() -> Lease.take(store, line, state.base().number(), validity));
  }

  /** Lets go of what is kept in memory; uncommitted changes are lost. */
  @Override
  public void close() {
    discard();
  }
}
