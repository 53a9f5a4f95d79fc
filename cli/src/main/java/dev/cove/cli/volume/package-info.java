/** The commands of {@code cove volume}: what a script or a person does with volumes without mounting them. */
@NullMarked
package dev.cove.cli.volume;

import org.jspecify.annotations.NullMarked;
