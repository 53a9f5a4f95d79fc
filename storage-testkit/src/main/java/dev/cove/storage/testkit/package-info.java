/** What tests of storage build on: the contract suite, an in-memory store and planted faults. */
@NullMarked
package dev.cove.storage.testkit;

import org.jspecify.annotations.NullMarked;
