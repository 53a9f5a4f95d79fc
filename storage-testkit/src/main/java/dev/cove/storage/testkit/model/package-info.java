/** Random operations on a file system, compared one by one with a tree in memory. */
@NullMarked
package dev.cove.storage.testkit.model;

import org.jspecify.annotations.NullMarked;
