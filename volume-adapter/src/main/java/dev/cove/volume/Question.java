package dev.cove.volume;

import dev.cove.storage.StorageException;

/** Something asked of the store on behalf of a user, who is told of failures as {@link VolumeException}s. */
interface Question<T> {
  T ask() throws StorageException;

  static <T> T ask(Question<T> question) {
    try {
      return question.ask();
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }
}
