package dev.cove.cli.volume;

import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import dev.cove.volume.VolumeView;

/** A volume at one of its commits, written {@code NAME@COMMIT}; without the last, at the newest. */
record Pinned(Volume volume, VolumeView view, String commit) {

  static Pinned of(VolumeStore store, String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      Volume volume = store.volume(text);
      return new Pinned(volume, volume.view(), volume.base().id());
    }
    Volume volume = store.volume(text.substring(0, at));
    String commit = volume.find(text.substring(at + 1)).id();
    return new Pinned(volume, volume.at(commit), commit);
  }
}
