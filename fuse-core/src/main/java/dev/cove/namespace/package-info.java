/** Names to attributes: which files and directories a bucket's keys make up, and what of that is remembered. */
@NullMarked
package dev.cove.namespace;

import org.jspecify.annotations.NullMarked;
