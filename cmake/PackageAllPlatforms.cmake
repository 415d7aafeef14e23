# PackageNative.cmake once for each platform, with zig:
#
#   cmake -DSLUICE_ZIG=/path/to/zig -DSLUICE_SOURCE_DIR=native -DSLUICE_BUILD_DIR=... -DSLUICE_OUTPUT_DIR=... -DSLUICE_VERSION=...
#     [-DSLUICE_JAVA_HOME=...] [-DSLUICE_PLATFORMS=linux-x86_64,osx-aarch_64] [-DSLUICE_USRSCTP_SOURCE=...] -P cmake/PackageAllPlatforms.cmake
#
# Run by Maven in the profile all-platforms, and by ci/natives.

foreach(required ZIG SOURCE_DIR BUILD_DIR OUTPUT_DIR VERSION)
  if(NOT SLUICE_${required})
    message(FATAL_ERROR "PackageAllPlatforms.cmake needs -DSLUICE_${required}=...")
  endif()
endforeach()

if(SLUICE_PLATFORMS)
  string(REPLACE "," ";" platforms "${SLUICE_PLATFORMS}")
else()
  file(GLOB files RELATIVE "${CMAKE_CURRENT_LIST_DIR}/platforms" "${CMAKE_CURRENT_LIST_DIR}/platforms/*.cmake")
  list(TRANSFORM files REPLACE "\\.cmake$" "" OUTPUT_VARIABLE platforms)
endif()

# What zig has compiled of the C libraries; it would go into the home directory otherwise.
foreach(cache ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR)
  if(NOT DEFINED ENV{${cache}})
    set(ENV{${cache}} "${SLUICE_BUILD_DIR}/zig-cache")
  endif()
endforeach()

foreach(platform IN LISTS platforms)
  if(NOT EXISTS "${CMAKE_CURRENT_LIST_DIR}/platforms/${platform}.cmake")
    message(FATAL_ERROR "SLUICE_PLATFORMS: '${platform}' has no file in cmake/platforms.")
  endif()
  set(library libsluice.so)
  if(platform MATCHES "^osx-")
    set(library libsluice.dylib)
  endif()
  execute_process(
    COMMAND ${CMAKE_COMMAND}
      "-DSLUICE_SOURCE_DIR=${SLUICE_SOURCE_DIR}" "-DSLUICE_BUILD_DIR=${SLUICE_BUILD_DIR}/${platform}"
      -DSLUICE_BUILD_TYPE=Release "-DSLUICE_OUTPUT_DIR=${SLUICE_OUTPUT_DIR}" "-DSLUICE_PLATFORM=${platform}"
      "-DSLUICE_LIBRARY=${library}" "-DSLUICE_VERSION=${SLUICE_VERSION}" "-DSLUICE_JAVA_HOME=${SLUICE_JAVA_HOME}"
      "-DSLUICE_ZIG=${SLUICE_ZIG}" "-DSLUICE_USRSCTP_SOURCE=${SLUICE_USRSCTP_SOURCE}" -P "${CMAKE_CURRENT_LIST_DIR}/PackageNative.cmake"
    RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "The library for ${platform} was not built (${code}): see above.")
  endif()
endforeach()
