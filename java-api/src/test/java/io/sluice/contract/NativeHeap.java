package io.sluice.contract;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Structure;
import java.lang.management.ManagementFactory;

/**
 * Bytes that this process holds from malloc, in all arenas: mallinfo2(3), glibc 2.33. Unlike the resident set it knows nothing of the Java heap,
 * whose pages come and go as the collector likes. The JVM's own, mostly the compilers', are a few MiB and not steady.
 */
public final class NativeHeap {
  /** {@code struct mallinfo2}. */
  @Structure.FieldOrder({
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"
  })
  public static final class Info extends Structure implements Structure.ByValue {
    public NativeLong arena;
    public NativeLong ordblks;
    public NativeLong smblks;
    public NativeLong hblks;
    public NativeLong hblkhd;
    public NativeLong usmblks;
    public NativeLong fsmblks;
    public NativeLong uordblks;
    public NativeLong fordblks;
    public NativeLong keepcost;
  }

  /** The C library. */
  public interface LibC extends Library {
    Info mallinfo2();
  }

  private static final LibC LIB_C = libC();

  private NativeHeap() {}

  /** JNA's own library is not clean under -Xcheck:jni, and what is checked there is Sluice's. */
  private static LibC libC() {
    if (ManagementFactory.getRuntimeMXBean().getInputArguments().contains("-Xcheck:jni")) {
      return null;
    }
    try {
      LibC c = Native.load(null, LibC.class);
      c.mallinfo2();
      return c;
    } catch (UnsatisfiedLinkError e) {
      return null;
    }
  }

  public static boolean isMeasurable() {
    return LIB_C != null;
  }

  /** What is in use, with what large pieces got by mmap(2). */
  public static long usedKib() {
    Info i = LIB_C.mallinfo2();
    return (i.uordblks.longValue() + i.hblkhd.longValue()) / 1024;
  }
}
