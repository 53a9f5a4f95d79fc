/** Keeps the storage contract on Google Cloud Storage. */
@NullMarked
package dev.cove.gcs;

import org.jspecify.annotations.NullMarked;
