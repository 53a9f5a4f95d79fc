package dev.cove.cli.quickstart;

import dev.cove.storage.Content;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** The objects that the quickstart's bucket begins with. */
final class SampleObjects {
  private static final int PICTURE_BYTES = 8 << 20;

  private SampleObjects() {}

  static void put(ObjectStore store) throws IOException {
    put(store, "hello.txt", "Hello. This file is an object in a bucket.\n");
    for (int month = 1; month <= 3; month++) {
      put(store, "orders/2025-0" + month + ".csv", orders(month));
    }
    put(store, "notes/a file with blanks, ümläuts and 😀.txt", "Names are kept as they are.\n");
    byte[] picture = new byte[PICTURE_BYTES];
    // Seeded, so that every quickstart shows the same.
    new Random(1).nextBytes(picture);
    store.put("pictures/large.bin", Content.of(picture), WriteOptions.DEFAULT);
  }

  private static void put(ObjectStore store, String key, String text) throws IOException {
    store.put(key, Content.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
  }

  private static String orders(int month) {
    StringBuilder csv = new StringBuilder("day,item,count\n");
    String[] items = {"apples", "pears", "plums"};
    for (int day = 1; day <= 28; day++) {
      csv.append(String.format(
          "2025-%02d-%02d,%s,%d%n", month, day, items[day % items.length], day * month % 17));
    }
    return csv.toString();
  }
}
