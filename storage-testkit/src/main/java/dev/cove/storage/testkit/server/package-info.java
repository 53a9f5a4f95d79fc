/** Real servers for integration tests: one of each kind a JVM, on free loopback ports, gone when the JVM is. */
@NullMarked
package dev.cove.storage.testkit.server;

import org.jspecify.annotations.NullMarked;
