/** Keeps the storage contract on S3 and on servers that speak its protocol. */
@NullMarked
package dev.cove.s3;

import org.jspecify.annotations.NullMarked;
