package dev.cove.cli.volume;

import picocli.CommandLine.Command;

/** {@code cove volume}. */
@Command(
    name = "volume",
    description = "Versioned volumes: files that are published by commits, with history.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove volume create my-vol",
      "  cove volume put my-vol local_file.txt /remote/path/file.txt",
      "  cove volume get my-vol /remote/path/file.txt local_file.txt",
      "  cove volume ls my-vol /path",
      "  cove volume log my-vol",
      "  cove volume create shared --store s3://my-bucket/volumes     for many machines",
    },
    subcommands = {
      VolumesCommands.Create.class,
      VolumesCommands.ListAll.class,
      PutCommand.class,
      GetCommand.class,
      FilesCommands.ListFiles.class,
      FilesCommands.Remove.class,
      FilesCommands.Copy.class,
      FilesCommands.Move.class,
      VolumesCommands.Rename.class,
      VolumesCommands.Delete.class,
      HistoryCommands.Log.class,
      HistoryCommands.Diff.class,
      HistoryCommands.Rollback.class,
      HistoryCommands.Tag.class,
      HistoryCommands.Clone.class,
      VerifyCommand.class,
    })
public final class VolumeCommand {}
