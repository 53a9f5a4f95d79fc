/** What a user meets: the launcher and the processes it leaves behind. */
@NullMarked
package dev.cove.it.cli;

import org.jspecify.annotations.NullMarked;
