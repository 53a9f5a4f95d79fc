package dev.cove.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** As much of an S3 server as one short mount asks for: objects of zeros, whose sizes it remembers. */
final class TrainServer extends TrainEndpoint {
  private static final String XML = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

  private final Map<String, Integer> sizes = new TreeMap<>();
  // Of all parts since the last upload was complete: there is one at a time.
  private int uploaded;

  TrainServer(String bucket, String key, int size) throws IOException {
    sizes.put("/" + bucket + "/" + key, size);
    start();
  }

  @Override
  void answer(HttpExchange exchange) throws IOException {
    int received = exchange.getRequestBody().readAllBytes().length;
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    switch (exchange.getRequestMethod()) {
      case "PUT" -> put(exchange, path, query, received);
      case "POST" -> upload(exchange, path, query);
      case "DELETE" -> delete(exchange, path);
      default -> get(exchange, path, query);
    }
  }

  private void put(HttpExchange exchange, String path, String query, int received)
      throws IOException {
    Headers asked = exchange.getRequestHeaders();
    if (query.contains("partNumber=")) {
      uploaded += received;
      done(exchange);
    } else if (isRefused(asked, path)) {
      exchange.sendResponseHeaders(412, -1);
    } else if (asked.containsKey("x-amz-copy-source")) {
      sizes.put(path, sizes.getOrDefault(asked.getFirst("x-amz-copy-source"), received));
      xml(exchange, "<CopyObjectResult><ETag>\"1\"</ETag></CopyObjectResult>");
    } else {
      sizes.put(path, received);
      done(exchange);
    }
  }

  private boolean isRefused(Headers asked, String path) {
    String match = asked.getFirst("If-Match");
    return (match != null && !match.equals("\"1\""))
        || (asked.containsKey("If-None-Match") && sizes.containsKey(path));
  }

  private void upload(HttpExchange exchange, String path, String query) throws IOException {
    if (query.startsWith("uploads")) {
      xml(
          exchange,
          "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>");
      return;
    }
    sizes.put(path, uploaded);
    uploaded = 0;
    xml(
        exchange,
        "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>");
  }

  private void delete(HttpExchange exchange, String path) throws IOException {
    if (isRefused(exchange.getRequestHeaders(), path)) {
      exchange.sendResponseHeaders(412, -1);
      return;
    }
    sizes.remove(path);
    exchange.sendResponseHeaders(204, -1);
  }

  private void get(HttpExchange exchange, String path, String query) throws IOException {
    Integer size = sizes.get(path);
    if (size == null) {
      if (path.indexOf('/', 1) > 0 && !path.endsWith("/")) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        xml(exchange, list(path.endsWith("/") ? path : path + "/", query));
      }
      return;
    }
    Headers answer = exchange.getResponseHeaders();
    answer.add("ETag", "\"1\"");
    answer.add("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
    if (exchange.getRequestMethod().equals("HEAD")) {
      answer.add("Content-Length", Integer.toString(size));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    zeros(exchange, size);
  }

  private String list(String bucket, String query) {
    int named = query.indexOf("prefix=");
    String prefix = named < 0 ? bucket : bucket + query.substring(named + 7).split("&", 2)[0];
    StringBuilder list = new StringBuilder(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Prefix></Prefix>"
            + "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
            + "<IsTruncated>false</IsTruncated>");
    sizes.forEach((path, size) -> {
      if (path.startsWith(prefix)) {
        list.append("<Contents><Key>")
            .append(path.substring(bucket.length()))
            .append("</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified>")
            .append("<ETag>&quot;1&quot;</ETag><Size>")
            .append(size)
            .append("</Size><StorageClass>STANDARD</StorageClass></Contents>");
      }
    });
    return list.append("</ListBucketResult>").toString();
  }

  private static void done(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("ETag", "\"1\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private static void xml(HttpExchange exchange, String text) throws IOException {
    reply(exchange, 200, "application/xml", XML + text);
  }
}
