package dev.cove.benchmarks.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Small files, 100 in a directory, 9.5 kB on average; every other one of random bytes, the rest of words. */
final class SmallFiles {
  private static final int IN_DIRECTORY = 100;
  private static final int LEAST = 1_000;
  private static final int MOST = 18_000;
  private static final int WORDS = 2_000;

  private SmallFiles() {}

  static Path make(Path root, int count) throws IOException {
    Random random = new Random(1);
    byte[][] words = new byte[WORDS][];
    for (int i = 0; i < WORDS; i++) {
      words[i] = new byte[2 + random.nextInt(9)];
      for (int j = 0; j < words[i].length; j++) {
        words[i][j] = (byte) ('a' + random.nextInt(26));
      }
    }
    for (int i = 0; i < count; i++) {
      byte[] content = new byte[LEAST + random.nextInt(MOST - LEAST)];
      if (i % 2 == 0) {
        random.nextBytes(content);
      } else {
        for (int at = 0; at < content.length; ) {
          byte[] word = words[random.nextInt(WORDS)];
          int length = Math.min(word.length, content.length - at);
          System.arraycopy(word, 0, content, at, length);
          at += length;
          if (at < content.length) {
            content[at++] = ' ';
          }
        }
      }
      Path directory = Files.createDirectories(root.resolve("d" + i / IN_DIRECTORY));
      Files.write(directory.resolve("f" + i), content);
    }
    return root;
  }
}
