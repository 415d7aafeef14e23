package io.sluice.internal.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Whether somebody else could put another file in the place of one that this process has just written there. What is inside
 * a private folder is safe from others; the folder itself is not where others may rename it away. So every folder on the way
 * must belong to this user or to the system, and where others may write, the sticky bit must keep them from what is not
 * theirs, as in /tmp. A group that has the number of the folder's owner is taken for his own: that is how systems number the
 * groups that they make for each user.
 */
final class FolderTrust {
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 02;
  private static final int WRITABLE_BY_GROUP = 020;
  private static final int ROOT = 0;

  /** Stands for every user that a container knows nothing of: the owner of most of its files. */
  private static final int OVERFLOW_USER = 65534;

  private static final Path USERS_OF_CONTAINER = Path.of("/proc/self/uid_map");
  private static final String EVERY_USER = "0 0 4294967295";

  private FolderTrust() {}

  /**
   * Why files below the folder are not safe from others, or null.
   *
   * @param created a folder that this process has made: its owner is this user
   */
  static String danger(Path folder, Path created) throws IOException {
    try {
      int self = number(attributes(created), "uid");
      for (Path p = folder.toRealPath(); p != null; p = p.getParent()) {
        Map<String, Object> a = attributes(p);
        int owner = number(a, "uid");
        boolean unknown = owner == OVERFLOW_USER && container();
        String danger = dangerOf(p, owner, number(a, "gid"), number(a, "mode"), self, unknown);
        if (danger != null) {
          return danger;
        }
      }
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return null; // No file system with owners.
    }
    return null;
  }

  static String dangerOf(Path p, int owner, int group, int mode, int self, boolean container) {
    if (owner != self && owner != ROOT && !(container && owner == OVERFLOW_USER)) {
      return p + " belongs to another user (" + owner + ")";
    }
    if ((mode & STICKY) != 0) {
      return null;
    }
    if ((mode & WRITABLE_BY_OTHERS) != 0) {
      return "everybody may rename files in " + p + " (no sticky bit)";
    }
    boolean shared = (mode & WRITABLE_BY_GROUP) != 0 && group != owner;
    return shared ? "the group " + group + " may rename files in " + p + " (no sticky bit)" : null;
  }

  private static Map<String, Object> attributes(Path p) throws IOException {
    return Files.readAttributes(p, "unix:uid,gid,mode");
  }

  private static int number(Map<String, Object> attributes, String name) {
    return (Integer) attributes.get(name);
  }

  /** Whether this process sees only some of the system's users: user_namespaces(7). */
  private static boolean container() {
    try {
      List<String> map = Files.readAllLines(USERS_OF_CONTAINER);
      return map.size() != 1 || !map.get(0).trim().replaceAll("\\s+", " ").equals(EVERY_USER);
    } catch (IOException e) {
      return false;
    }
  }
}
