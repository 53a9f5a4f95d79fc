package dev.cove.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyOrderTest {

  @Test
  void comparesAsTheUtf8BytesDo() {
    List<String> samples = new ArrayList<>();
    String[] atoms = {"", "a", "b", "/", "\u007f", "ü", "\ud7ff", "\ue000", "\uffff", "😀", "𝒜"};
    for (String first : atoms) {
      for (String second : atoms) {
        samples.add(first + second);
      }
    }
    for (String left : samples) {
      for (String right : samples) {
        int bytes = Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
        assertThat(Integer.signum(KeyOrder.UTF_8.compare(left, right)))
            .as("%s and %s", left, right)
            .isEqualTo(Integer.signum(bytes));
      }
    }
  }
}
