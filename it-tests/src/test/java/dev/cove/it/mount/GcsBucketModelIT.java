package dev.cove.it.mount;

/** The same on Google Cloud Storage. */
final class GcsBucketModelIT extends BucketModelIT {}
