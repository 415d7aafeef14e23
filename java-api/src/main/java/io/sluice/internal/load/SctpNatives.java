package io.sluice.internal.load;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.SctpBinding;
import io.sluice.internal.bind.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What it takes to open SCTP stacks: a binding, and the file of usrsctp. Found in this order: property {@value
 * #LIBRARY_PROPERTY}, the classifier jar, the system's {@code libusrsctp.so.2}. The first that is there is taken, or the answer
 * is its fault: nobody who named a file gets another one.
 *
 * <p>C makes a copy of the file for each stack, in memory where the system allows that; so a file that comes out of a jar is
 * written, used and deleted again.
 */
public final class SctpNatives {
  /** Names a file of usrsctp, 0.9.5 or later. */
  public static final String LIBRARY_PROPERTY = "sluice.sctp.library";

  private static final String SYSTEM_LIBRARY = "libusrsctp.so.2";
  private static final Map<String, Outcome> OUTCOMES = new HashMap<>();

  private record Outcome(SctpNatives natives, UnavailableException failure) {}

  /** Opens a stack, or probes, with the address of a C string that names a library file (0: the system's). */
  private interface Use {
    int with(long library) throws UnavailableException;
  }

  private final Binding binding;
  private final SctpBinding sctp;
  private final Path named;
  private final URL resource;
  private boolean privateFiles;

  private SctpNatives(Binding binding, Path named, URL resource) throws UnavailableException {
    this.binding = binding;
    this.sctp = binding.sctp();
    this.named = named;
    this.resource = resource;
  }

  /**
   * Finds library and binding, and tries them out. The outcome is kept for each binding, as {@link NativeLoader}'s is.
   *
   * @param bindingAsked {@code jni}, {@code ffm}, {@code jna}, or null, "auto", "none": property {@code sluice.binding}, else the
   *     first that works
   */
  public static SctpNatives find(String bindingAsked) throws UnavailableException {
    NativeLoader loader = NativeLoader.shared();
    Binding binding = binding(loader, bindingAsked);
    Outcome o;
    synchronized (OUTCOMES) {
      o = OUTCOMES.computeIfAbsent(binding.name(), name -> tryToFind(loader, binding));
    }
    if (o.failure != null) {
      throw new UnavailableException(o.failure.getMessage(), o.failure, false);
    }
    return o.natives;
  }

  /** The reason that {@link #find} would give, as far as it is known without trying; null: not tried yet; "": it worked. */
  public static String known(String bindingAsked) {
    NativeLoader loader = NativeLoader.shared();
    String wanted = bindingName(loader, bindingAsked);
    List<String> names = wanted.equals(EngineSelector.AUTO) ? Bindings.NAMES : List.of(wanted);
    String obstacle = "";
    for (String name : names) {
      obstacle = loader.obstacle(name);
      if (obstacle == null) {
        synchronized (OUTCOMES) {
          Outcome o = OUTCOMES.get(name);
          return o == null ? null : o.failure == null ? "" : o.failure.getMessage();
        }
      }
    }
    return obstacle;
  }

  private static String bindingName(NativeLoader loader, String asked) {
    String name = asked == null || asked.isBlank() ? loader.property(Engines.BINDING_PROPERTY) : asked;
    return name == null || name.isBlank() || name.equals(EngineSelector.NO_BINDING) ? EngineSelector.AUTO : name.trim();
  }

  private static Outcome tryToFind(NativeLoader loader, Binding binding) {
    try {
      SctpNatives n = new SctpNatives(binding, namedFile(loader), bundled());
      n.probe();
      return new Outcome(n, null);
    } catch (UnavailableException e) {
      return new Outcome(null, e);
    }
  }

  /** @param asked as for {@link #find} */
  static Binding binding(NativeLoader loader, String asked) throws UnavailableException {
    String wanted = bindingName(loader, asked);
    List<String> names = wanted.equals(EngineSelector.AUTO) ? Bindings.NAMES : List.of(wanted);
    List<String> reasons = new ArrayList<>();
    for (String name : names) {
      try {
        Binding loaded = loader.load(name);
        loader.warnOfOtherCopies(); // No group's start may have loaded it, after which that is done.
        return loaded;
      } catch (UnavailableException e) {
        reasons.add(name + ": " + e.getMessage());
      }
    }
    throw new UnavailableException("no binding to the native library: " + String.join("; ", reasons));
  }

  private static Path namedFile(NativeLoader loader) throws UnavailableException {
    String file = loader.property(LIBRARY_PROPERTY);
    if (file == null || file.isBlank()) {
      return null;
    }
    Path path = NamedPath.of(LIBRARY_PROPERTY, file);
    try {
      NamedPath.mustBeRegular(path);
    } catch (IOException e) {
      throw new UnavailableException(path + " cannot be read (" + e + "); correct -D" + LIBRARY_PROPERTY, e, false);
    }
    if (!Files.isReadable(path)) {
      throw new UnavailableException(path + " cannot be read; correct -D" + LIBRARY_PROPERTY);
    }
    return path;
  }

  private static URL bundled() {
    String name = LibraryFile.RESOURCE_FOLDER + Platform.current().classifier() + "/" + SYSTEM_LIBRARY;
    ClassLoader loader = SctpNatives.class.getClassLoader();
    return loader == null ? ClassLoader.getSystemResource(name) : loader.getResource(name);
  }

  public Binding binding() {
    return binding;
  }

  public SctpBinding sctp() {
    return sctp;
  }

  /** For reports. */
  public String library() {
    return named != null ? named.toString() : resource != null ? resource.toString() : SYSTEM_LIBRARY;
  }

  private void probe() throws UnavailableException {
    ByteBuffer info = probeInfo();
    int code = use(library -> sctp.probe(library, binding.address(info)));
    if (code < 0) {
      throw new UnavailableException("probing " + library() + " failed: " + sctp.strerror(code));
    }
    boolean usable = info.getInt(SctpAbi.PROBE_USABLE) != 0;
    boolean fromMemory = info.getInt(SctpAbi.PROBE_FROM_MEMORY) != 0;
    if (!usable && !fromMemory && (named != null || resource != null)) {
      privateFiles = true; // Perhaps this system loads nothing from memory; a file of its own for each stack may do.
      try {
        tryOut();
      } catch (UnavailableException e) {
        throw new UnavailableException(library() + " is of no use: " + e.getMessage(), e, false);
      }
    } else if (!usable) {
      throw new UnavailableException(reason(info));
    }
  }

  /** Opens the smallest of stacks and ends it. */
  private void tryOut() throws UnavailableException {
    ByteBuffer config = ByteBuffer.allocateDirect(SctpAbi.CFG_BYTES).order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SctpAbi.CFG_SIZE, SctpAbi.CFG_BYTES)
        .putInt(SctpAbi.CFG_MAX_MESSAGE_BYTES, 1)
        .putInt(SctpAbi.CFG_MAX_ASSOCIATIONS, 1);
    sctp.destroy(open(config), SctpAbi.DESTROY_FORCE);
  }

  static ByteBuffer probeInfo() {
    return ByteBuffer.allocateDirect(SctpAbi.PROBE_BYTES).order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SctpAbi.PROBE_SIZE, SctpAbi.PROBE_BYTES);
  }

  /** Of a {@code sluice_sctp_probe_info}. */
  static String reason(ByteBuffer info) {
    byte[] text = new byte[SctpAbi.PROBE_BYTES - SctpAbi.PROBE_REASON];
    info.get(SctpAbi.PROBE_REASON, text);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    String reason = new String(text, 0, end, StandardCharsets.UTF_8);
    return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
  }

  /**
   * {@code sluice_sctp_open}.
   *
   * @param config a {@code sluice_sctp_config}; its flags are completed
   * @return the stack's address
   */
  public long open(ByteBuffer config) throws UnavailableException {
    ByteBuffer why = probeInfo();
    ByteBuffer out = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    if (privateFiles) {
      config.putInt(SctpAbi.CFG_FLAGS, config.getInt(SctpAbi.CFG_FLAGS) | SctpAbi.PRIVATE_FILE);
    }
    int code =
        use(library -> sctp.open(binding.address(config), library, binding.address(why), binding.address(out)));
    Reference.reachabilityFence(config);
    Reference.reachabilityFence(why);
    if (code == -SctpAbi.ELIBRARY) {
      throw new UnavailableException(reason(why));
    }
    if (code < 0) {
      throw new UnavailableException("opening an SCTP stack failed: " + sctp.strerror(code) + " (code " + code + ")");
    }
    return out.getLong(0);
  }

  private int use(Use use) throws UnavailableException {
    if (resource == null && !(privateFiles && named != null)) {
      return useFile(named, use);
    }
    byte[] content;
    try (InputStream in = named != null ? Files.newInputStream(named) : resource.openStream()) {
      content = in.readAllBytes();
    } catch (IOException e) {
      throw new UnavailableException(library() + " cannot be read (" + e + ")", e, false);
    }
    return useCopy(content, use);
  }

  /** A copy of its own, deleted when it was used: what is loaded stays mapped. */
  private int useCopy(byte[] content, Use use) throws UnavailableException {
    List<String> refusals = new ArrayList<>();
    for (Path folder : TemporaryFolders.candidates(System::getProperty, System::getenv)) {
      Path file;
      try {
        if (TemporaryFolders.isNoexec(folder)) {
          throw new IOException("mounted noexec");
        }
        file = TemporaryFolders.write(folder, SYSTEM_LIBRARY, content);
      } catch (IOException | UnsupportedOperationException e) {
        refusals.add(folder + ": " + e.getMessage());
        continue;
      }
      try {
        return useFile(file, use);
      } finally {
        TemporaryFolders.delete(file);
      }
    }
    throw new UnavailableException(
        "no folder to load " + SYSTEM_LIBRARY + " from: " + String.join("; ", refusals) + ". Name a writable folder that allows"
            + " execution with -D" + NativeLoader.DIR_PROPERTY + "=FOLDER");
  }

  private int useFile(Path file, Use use) throws UnavailableException {
    if (file == null) {
      return use.with(0);
    }
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer text = ByteBuffer.allocateDirect(path.length + 1).put(path).put((byte) 0);
    try {
      return use.with(binding.address(text));
    } finally {
      Reference.reachabilityFence(text);
    }
  }
}
