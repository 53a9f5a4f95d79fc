package dev.cove.it.mount;

/** The same on Google Cloud Storage. */
final class GcsLargeDirectoryIT extends LargeDirectoryIT {}
