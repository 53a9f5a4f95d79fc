/** Other processes: which one is meant, and whether it still lives. */
@NullMarked
package dev.cove.cli.process;

import org.jspecify.annotations.NullMarked;
