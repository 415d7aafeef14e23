package io.sluice.internal.bind;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The three ways into C by name: what stands against each, and loading. */
public final class Bindings {
  public static final String JNI = "jni";
  public static final String FFM = "ffm";
  public static final String JNA = "jna";

  /**
   * In the order of preference. JNI comes first because it works on every supported JDK and costs as little as FFM per
   * crossing; JNA last because a crossing costs it several times as much.
   */
  public static final List<String> NAMES = List.of(JNI, FFM, JNA);

  /** A small one: it is read at every start, whatever binding is used. */
  private static final String JNA_PROBE_CLASS = "com.sun.jna.Callback";

  private Bindings() {}

  /**
   * A cheap look: neither the library nor JNA is loaded.
   *
   * @return why the binding cannot work in this JVM, or null when nothing is known against it
   */
  public static String obstacle(String name) {
    return switch (name) {
      case JNI -> null;
      case FFM -> FfmBindingProvider.obstacle();
      case JNA -> jnaObstacle();
      default -> throw unknown(name);
    };
  }

  /**
   * Loads the library file through one binding and checks its ABI. The file may be deleted afterwards.
   *
   * <p>No {@link LinkageError} leaves this method.
   */
  public static Binding load(String name, Path library) throws UnavailableException {
    String obstacle = obstacle(name);
    if (obstacle != null) {
      throw new UnavailableException(obstacle);
    }
    try {
      return switch (name) {
        case JNI -> JniBinding.load(library);
        case FFM -> FfmBindingProvider.load(library);
        case JNA -> JnaBinding.load(library);
        default -> throw unknown(name);
      };
    } catch (IllegalCallerException e) {
      throw new UnavailableException(
          "native access is denied (" + e.getMessage() + "); start java with " + nativeAccessOption(), e, false);
    } catch (UnsatisfiedLinkError | IllegalArgumentException e) {
      // JNI and JNA report a file that cannot be mapped with the first, FFM with the second.
      throw LinkFailure.of(e);
    } catch (LinkageError | RuntimeException e) {
      Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
      if (cause instanceof IllegalCallerException) { // From the static initialiser of JNA, whose module is denied.
        throw new UnavailableException(
            "native access is denied (" + cause.getMessage() + "); start java with " + nativeAccessOption()
                + ", and with JNA on the module path also for com.sun.jna", e, false);
      }
      throw new UnavailableException("loading the library failed: " + cause, e, false);
    }
  }

  static void checkAbi(int abi, Path library) throws UnavailableException {
    int major = abi >>> 16;
    int minor = abi & 0xffff;
    if (major != Abi.ABI_MAJOR || minor < Abi.ABI_MINOR) {
      throw new UnavailableException(
          library.getFileName() + " speaks ABI " + major + "." + minor + ", this Sluice needs " + Abi.ABI_MAJOR + "."
              + Abi.ABI_MINOR + " or a later " + Abi.ABI_MAJOR + ".x; use sluice and sluice-native of the same version");
    }
  }

  /** What the three adapters have in common for {@link Binding#sctp}. No {@link LinkageError} leaves this method. */
  static SctpBinding sctp(Supplier<SctpBinding> adapter) throws UnavailableException {
    SctpBinding sctp = linked(adapter, SctpBinding::abi);
    int major = sctp.abi() >>> 16;
    int minor = sctp.abi() & 0xffff;
    if (major != SctpAbi.ABI_MAJOR || minor < SctpAbi.ABI_MINOR) {
      throw new UnavailableException(
          "the native library speaks SCTP ABI " + major + "." + minor + ", this Sluice needs " + SctpAbi.ABI_MAJOR + "."
              + SctpAbi.ABI_MINOR + " or a later " + SctpAbi.ABI_MAJOR + ".x; use sluice and sluice-native of the same version");
    }
    return sctp;
  }

  /** The same for {@link Binding#kernelSctp}. */
  static KernelSctpBinding kernelSctp(Supplier<KernelSctpBinding> adapter) throws UnavailableException {
    return linked(adapter, sctp -> sctp.sharedBytes(0));
  }

  /** What is missing in the library shows when the adapter is made, or at a first call: that depends on the adapter. */
  private static <T> T linked(Supplier<T> adapter, Consumer<T> firstCall) throws UnavailableException {
    try {
      T binding = adapter.get();
      firstCall.accept(binding);
      return binding;
    } catch (LinkageError e) {
      throw withoutSctp(e);
    }
  }

  private static UnavailableException withoutSctp(LinkageError e) {
    Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
    return new UnavailableException(
        "the native library is without SCTP (" + cause.getMessage() + "); use sluice and sluice-native of the same version", e,
        false);
  }

  private static String jnaObstacle() {
    try {
      Class.forName(JNA_PROBE_CLASS, false, Bindings.class.getClassLoader());
      return null;
    } catch (ClassNotFoundException | LinkageError e) {
      return "JNA is not on the class path (add net.java.dev.jna:jna)";
    }
  }

  private static String nativeAccessOption() {
    Module module = Bindings.class.getModule();
    return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("binding: " + name + " is none of " + NAMES);
  }
}
