package io.sluice.internal.load;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Makes class path folders with good and bad native libraries in them, and loaders that look there. */
final class NativeFolder {
  static final Platform PLATFORM = Platform.current();

  private final Path root;
  private final Path folder;

  private NativeFolder(Path root) throws IOException {
    this.root = root;
    this.folder = Files.createDirectories(root.resolve(LibraryFile.RESOURCE_FOLDER + PLATFORM.classifier()));
  }

  static NativeFolder in(Path root) throws IOException {
    return new NativeFolder(root);
  }

  /** The real library of this build. */
  static byte[] realLibrary() throws IOException {
    String resource = LibraryFile.RESOURCE_FOLDER + PLATFORM.classifier() + "/" + PLATFORM.libraryName();
    try (InputStream in = NativeFolder.class.getClassLoader().getResourceAsStream(resource)) {
      assumeTrue(in != null, "no " + resource + " on the class path");
      return in.readAllBytes();
    }
  }

  /** Writes a library with properties that fit it. */
  NativeFolder with(byte[] library, String version) throws IOException {
    return with(library, version, Abi.ABI_MAJOR + "." + Abi.ABI_MINOR, LibraryFile.sha256(library));
  }

  NativeFolder with(byte[] library, String version, String abi, String buildId) throws IOException {
    Files.write(folder.resolve(PLATFORM.libraryName()), library);
    Files.writeString(folder.resolve("sluice.properties"), properties(version, abi, buildId));
    return this;
  }

  /** A jar with the library, not compressed, whose properties say that it has so many bytes. */
  static Path jar(Path dir, byte[] library, int bytes) throws IOException {
    Path jar = dir.resolve("natives.jar");
    CRC32 crc = new CRC32();
    crc.update(library);
    String folder = LibraryFile.RESOURCE_FOLDER + PLATFORM.classifier() + "/";
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(folder + "sluice.properties"));
      out.write((properties("1", Abi.ABI_MAJOR + "." + Abi.ABI_MINOR, LibraryFile.sha256(library)) + "bytes=" + bytes + "\n").getBytes());
      ZipEntry entry = new ZipEntry(folder + PLATFORM.libraryName());
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(library.length);
      entry.setCrc(crc.getValue());
      out.putNextEntry(entry);
      out.write(library);
    }
    return jar;
  }

  private static String properties(String version, String abi, String buildId) {
    return "version=" + version + "\nabi=" + abi + "\nplatform=" + PLATFORM.classifier() + "\nlibrary=" + PLATFORM.libraryName()
        + "\nbuildId=" + buildId + "\n";
  }

  Path library() {
    return folder.resolve(PLATFORM.libraryName());
  }

  /** A class loader that sees these folders only. */
  static ClassLoader classPath(NativeFolder... folders) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (NativeFolder folder : folders) {
      urls.add(folder.root.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), null);
  }

  /** A loader with properties of its own; pairs of name and value. */
  static NativeLoader loader(ClassLoader classPath, String... pairs) {
    Map<String, String> properties = new HashMap<>();
    properties.put("java.io.tmpdir", System.getProperty("java.io.tmpdir"));
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put(pairs[i], pairs[i + 1]);
    }
    return new NativeLoader(classPath, properties::get, name -> null, PLATFORM);
  }
}
