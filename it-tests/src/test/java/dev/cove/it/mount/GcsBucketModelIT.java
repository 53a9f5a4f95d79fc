package dev.cove.it.mount;

import org.junit.jupiter.api.Tag;

/** The same on Google Cloud Storage. */
@Tag("newest-jdk")
final class GcsBucketModelIT extends BucketModelIT {}
