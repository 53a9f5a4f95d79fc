package dev.cove.it.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The same on Google Cloud Storage, and beside gcsfuse. */
final class GcsBucketWriteIT extends BucketWriteIT {

  @Test
  void contentLinksAndTimesPassBetweenGcsfuseAndAMount() throws Exception {
    String d = in("gcsfuse");
    bucket().sh(d + """
        echo ours > $D/f; touch -d @1600000000.5 $D/f; ln -s f $D/link; mkdir $D/sub; echo deep > $D/sub/g
        """);
    BucketMount.eventually(() -> assertThat(bucket().metadata("gcsfuse/f"))
        .containsEntry("gcsfuse_mtime", "2020-09-13T12:26:40.500Z"));
    Path peer = Files.createDirectory(temp.resolve("gcsfuse"));
    String p = "P=" + peer + "\n";
    bucket().sh(p + """
        ${COVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cove-test}/bin/gcsfuse --anonymous-access --implicit-dirs --enable-hns=false \
          --custom-endpoint=$STORAGE_EMULATOR_HOST/storage/v1/ --log-file=$T/gcsfuse.log $B $P
        """);
    try {
      assertThat(bucket().sh(p + "cd $P/gcsfuse; cat f link sub/g; readlink link; stat -c %Y f"))
          .isEqualTo("ours\nours\ndeep\nf\n1600000000");
      bucket().sh(p + """
          cd $P/gcsfuse; echo theirs > theirs; touch -d @1500000000 theirs; ln -s theirs their-link
          mkdir their-dir; echo more >> f; touch -d @1400000000 f
          """);
    } finally {
      bucket().sh(p + "fusermount3 -u $P || fusermount -u $P");
    }
    BucketMount.eventually(() -> assertThat(bucket().sh(d + """
        cat $D/theirs $D/their-link $D/f; readlink $D/their-link; stat -c '%F %Y' $D/theirs $D/f
        stat -c %F $D/their-dir
        """)).isEqualTo("""
            theirs
            theirs
            ours
            more
            theirs
            regular file 1500000000
            regular file 1400000000
            directory"""));
    bucket().sh(d + "rm -r $D");
  }
}
