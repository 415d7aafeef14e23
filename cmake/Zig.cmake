# The part that all cross builds share. Included by the toolchain files in cmake/platforms, which set
#
#   CMAKE_SYSTEM_NAME, CMAKE_SYSTEM_PROCESSOR   what is built for
#   SLUICE_ZIG_TARGET                           the same for zig, with the oldest C library or system that will do
#
# zig is one clang with the headers and link stubs of every C library. -DSLUICE_ZIG=/path/to/zig or the environment's
# SLUICE_ZIG names it; ci/natives fetches the version that these files were written for.

if(NOT SLUICE_ZIG)
  set(SLUICE_ZIG "$ENV{SLUICE_ZIG}")
endif()
if(NOT EXISTS "${SLUICE_ZIG}")
  message(FATAL_ERROR "SLUICE_ZIG='${SLUICE_ZIG}' is no file; pass -DSLUICE_ZIG=/path/to/zig (ci/natives fetches one).")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SLUICE_ZIG)

# Without -target zig builds for the processor it runs on, and with all of its instructions.
set(CMAKE_C_COMPILER "${SLUICE_ZIG};cc;-target;${SLUICE_ZIG_TARGET}")
# clang looks for a gcc on the machine it runs on, and decides by what it finds: for aarch64, whether atomic operations are calls of
# its runtime library. It is told to look where there is none, so that the same bytes come out everywhere.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(CMAKE_C_FLAGS_INIT "--gcc-toolchain=/nonexistent")
endif()

# CMake finds out what a compiler is by linking a program, for which zig would first build the whole C library of the target
# (a minute for musl). So it is told.
set(CMAKE_C_COMPILER_ID_RUN 1)
set(CMAKE_C_COMPILER_ID Clang)
set(CMAKE_C_COMPILER_VERSION 19.1.0)
set(CMAKE_C_COMPILER_FRONTEND_VARIANT GNU)
set(CMAKE_C_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_C_EXTENSIONS_COMPUTED_DEFAULT ON)
set(CMAKE_C_COMPILER_WORKS 1)
set(CMAKE_C_ABI_COMPILED 1)
set(CMAKE_C_BYTE_ORDER LITTLE_ENDIAN)
set(CMAKE_SIZEOF_VOID_P 8)
set(CMAKE_C_SIZEOF_DATA_PTR 8)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Threads are part of every C library here, so there is nothing to try.
set(CMAKE_HAVE_LIBC_PTHREAD TRUE)
set(CMAKE_USE_PTHREADS_INIT TRUE)

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

# The archiver is a sub-command, and CMAKE_AR has room for a path only.
set(CMAKE_C_ARCHIVE_CREATE "\"${SLUICE_ZIG}\" ar qc <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_APPEND "\"${SLUICE_ZIG}\" ar q <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_C_ARCHIVE_FINISH "\"${SLUICE_ZIG}\" ranlib <TARGET>")

if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
  # zig brings the SDK and names the oldest system in its target; CMake's own way would ask Xcode for both.
  set(CMAKE_OSX_SYSROOT "" CACHE STRING "" FORCE)
  set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "" FORCE)
endif()
