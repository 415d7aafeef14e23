package io.sluice.internal.nio;

/** One decoded submission. There is one object per loop, filled again for each entry. */
final class NioSqe {
  int op;
  int flags;
  int group;
  int len;
  long handle;
  long token;
  long addr;
  long aux;
  int aux32;
  int msgFlags;
}
