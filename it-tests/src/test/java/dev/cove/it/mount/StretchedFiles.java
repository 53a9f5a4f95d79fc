package dev.cove.it.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.Refused;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Files with many equal bytes for each byte of the model, so that a few hundred of those make a file of
 * several parts. Their number is odd, so that nothing lies at the border of a block or a page.
 */
record StretchedFiles(FilesUnderTest files, int factor) implements FilesUnderTest {

  /** One byte for each run of equal ones. */
  static byte[] shrunk(byte[] bytes, int factor) {
    assertThat(bytes.length % factor)
        .as("%s bytes are no whole runs", bytes.length)
        .isZero();
    byte[] shrunk = new byte[bytes.length / factor];
    for (int i = 0; i < shrunk.length; i++) {
      shrunk[i] = bytes[i * factor];
      for (int at = i * factor; at < (i + 1) * factor; at++) {
        if (bytes[at] != shrunk[i]) {
          throw new AssertionError("byte " + at + " is " + bytes[at] + " among " + shrunk[i]);
        }
      }
    }
    return shrunk;
  }

  private record Stretched(OpenFile file, int factor) implements OpenFile {
    @Override
    public byte[] read(long offset, int size) throws Refused, IOException {
      return shrunk(file.read(offset * factor, size * factor), factor);
    }

    @Override
    public void write(long offset, byte[] bytes) throws Refused, IOException {
      byte[] runs = new byte[bytes.length * factor];
      for (int i = 0; i < bytes.length; i++) {
        Arrays.fill(runs, i * factor, (i + 1) * factor, bytes[i]);
      }
      file.write(offset * factor, runs);
    }

    @Override
    public void truncate(long size) throws Refused, IOException {
      file.truncate(size * factor);
    }

    @Override
    public void fsync() throws Refused, IOException {
      file.fsync();
    }

    @Override
    public void close() throws Refused, IOException {
      file.close();
    }
  }

  @Override
  public OpenFile open(String path, How how) throws Refused, IOException {
    return new Stretched(files.open(path, how), factor);
  }

  @Override
  public void truncate(String path, long size) throws Refused, IOException {
    files.truncate(path, size * factor);
  }

  @Override
  public void rename(String from, String to) throws Refused, IOException {
    files.rename(from, to);
  }

  @Override
  public void unlink(String path) throws Refused, IOException {
    files.unlink(path);
  }

  @Override
  public void mkdir(String path) throws Refused, IOException {
    files.mkdir(path);
  }

  @Override
  public void rmdir(String path) throws Refused, IOException {
    files.rmdir(path);
  }

  @Override
  public Stat stat(String path) throws Refused, IOException {
    Stat stat = files.stat(path);
    if (stat.type() != Type.FILE) {
      return stat;
    }
    assertThat(stat.size() % factor).as("a size of %s", stat.size()).isZero();
    return new Stat(stat.type(), stat.size() / factor, stat.permissions(), stat.modifiedNanos());
  }

  @Override
  public List<String> list(String path) throws Refused, IOException {
    return files.list(path);
  }

  @Override
  public void chmod(String path, int permissions) throws Refused, IOException {
    files.chmod(path, permissions);
  }

  @Override
  public void setModified(String path, long nanos) throws Refused, IOException {
    files.setModified(path, nanos);
  }

  @Override
  public void symlink(String path, String target) throws Refused, IOException {
    files.symlink(path, target);
  }

  @Override
  public String readlink(String path) throws Refused, IOException {
    return files.readlink(path);
  }
}
