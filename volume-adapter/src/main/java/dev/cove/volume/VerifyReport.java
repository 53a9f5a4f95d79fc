package dev.cove.volume;

import java.util.List;

/**
 * What a check of every byte has found.
 *
 * @param objects how many objects of the store were read
 * @param bytes how large they are together
 */
public record VerifyReport(long objects, long bytes, List<Damage> damages) {

  public VerifyReport {
    damages = List.copyOf(damages);
  }

  /**
   * An object that is damaged or missing.
   *
   * @param object its key in the store
   * @param what one line on what is wrong with it
   * @param files what cannot be read because of it, each as {@code volume@commit:/path} with the newest commit it is met in; none
   *     where no file needs the damaged part
   */
  public record Damage(String object, String what, List<String> files) {
    public Damage {
      files = List.copyOf(files);
    }
  }

  public boolean isSound() {
    return damages.isEmpty();
  }
}
