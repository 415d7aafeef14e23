set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(SLUICE_ZIG_TARGET aarch64-linux-musl)

include("${CMAKE_CURRENT_LIST_DIR}/../Zig.cmake")
