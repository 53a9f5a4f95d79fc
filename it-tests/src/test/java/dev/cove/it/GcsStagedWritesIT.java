package dev.cove.it;

import java.util.ArrayList;
import java.util.List;

/** The same on Google Cloud Storage, which copies no ranges: an edit sends the whole file. */
final class GcsStagedWritesIT extends StagedWritesIT {

  @Override
  List<String> requestsOfAnEdit(String key, long middle, long size) {
    List<String> requests = new ArrayList<>(List.of("CREATE-UPLOAD " + key, "COMPLETE " + key));
    long piece = 8L * MIB;
    for (int part = 1; (part - 1) * piece < size; part++) {
      requests.add("PART " + key + " " + part);
      requests.add(
          "GET " + key + " " + (part - 1) * piece + "-" + (Math.min(part * piece, size) - 1));
    }
    return requests;
  }
}
