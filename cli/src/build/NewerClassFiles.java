import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Gives the classes of a jar the class file version of Java 8, with the frames that it asks for. Java keeps no class older than
 * Java 6 in its archive of loaded classes, and so reads and verifies it at each start: a tenth of a second for the parser of
 * command lines. Nothing else about the classes changes. Run by the build as a source file, with ASM on the class path.
 */
final class NewerClassFiles {
  private static final int VERSION = Opcodes.V1_8;
  private static final String NOTICE = "META-INF/CHANGES-BY-COVE";
  private static final String CHANGES =
      "The class files of this jar were rewritten to version 52, with stack map frames, by Cove's build.\n"
          + "Their code is unchanged.\n";

  private NewerClassFiles() {}

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      rewrite(Path.of(jar));
    }
  }

  private static void rewrite(Path jar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipFile in = new ZipFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      if (in.getEntry(NOTICE) != null) {
        return;
      }
      for (ZipEntry entry : in.stream().toList()) {
        byte[] content = in.getInputStream(entry).readAllBytes();
        boolean old = entry.getName().endsWith(".class") && (content[7] & 0xff) < VERSION;
        put(out, entry.getName(), entry.getTime(), old ? rewritten(content, classes) : content);
      }
      // The time of the manifest, so that the same jar is the same bytes.
      put(out, NOTICE, in.getEntry("META-INF/MANIFEST.MF").getTime(), CHANGES.getBytes(StandardCharsets.UTF_8));
    }
    Path fresh = Files.write(jar.resolveSibling(jar.getFileName() + ".new"), bytes.toByteArray());
    Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void put(ZipOutputStream out, String name, long time, byte[] content)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(time);
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  private static byte[] rewritten(byte[] content, ClassLoader classes) {
    ClassReader reader = new ClassReader(content);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
      @Override
      protected ClassLoader getClassLoader() {
        return classes;
      }
    };
    reader.accept(
        new org.objectweb.asm.ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public void visit(
              int version, int access, String name, String signature, String parent, String[] interfaces) {
            super.visit(VERSION, access, name, signature, parent, interfaces);
          }
        },
        ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }
}
