package dev.cove.write;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a file that could not be stored is kept.
 *
 * @param id of the {@link Leftover} it is from now on
 * @param plainFile the whole content as an ordinary file; null where some of it is only in the
 *     store, or there was no room: then it is to be had through the leftover
 */
public record Kept(String id, @Nullable Path plainFile) {}
