package dev.cove.cli.volume;

import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** A command on one volume. */
abstract class OnVolume extends VolumeAction {
  @Parameters(index = "0", paramLabel = "VOLUME", description = "The volume.")
  String name;

  abstract int run(Volume volume) throws IOException, InterruptedException;

  @Override
  final int run(VolumeStore store) throws IOException, InterruptedException {
    try (Volume volume = store.volume(name)) {
      return run(volume);
    }
  }
}
