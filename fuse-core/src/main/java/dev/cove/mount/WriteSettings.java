package dev.cove.mount;

import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.nio.file.Path;

/**
 * What a writable mount needs besides a store.
 *
 * @param folder where changes are staged and journalled; this mount's alone
 */
public record WriteSettings(Path folder, SpoolOptions spool, PublishOptions publish) {}
