/** An S3 server without installation, for a first look and for tests: a process of its own, on the loopback interface. */
@NullMarked
package dev.cove.embedded;

import org.jspecify.annotations.NullMarked;
