package dev.cove.s3;

import dev.cove.storage.ListPage;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A page of a list, from the server's bytes to what the mount remembers. Beside it, as it lies inside. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ListBenchmark {
  private static final int KEYS = 1_000;
  private static final String OBJECT =
      "<Contents><Key>folder/file-%05d</Key><LastModified>2026-01-02T03:04:05.%03dZ</LastModified>"
          + "<ETag>&#34;9dd4e461268c8034f5c8564e155c67a6&#34;</ETag><Size>%d</Size>"
          + "<StorageClass>STANDARD</StorageClass></Contents>";

  private byte[] page = {};

  @Setup
  public void write() {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + "<IsTruncated>false</IsTruncated>");
    for (int i = 0; i < KEYS; i++) {
      xml.append(String.format(OBJECT, i, i, i));
    }
    xml.append("<EncodingType>url</EncodingType></ListBucketResult>");
    page = xml.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Benchmark
  public ListPage thousandKeys() {
    return ListXml.page(page);
  }
}
