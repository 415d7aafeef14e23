# sluice_find_jni(out): the include directories of jni.h, from -DSLUICE_JAVA_HOME, the environment's JAVA_HOME, or the
# java on the PATH. Only the headers: the library calls back through JNIEnv and links nothing of the JVM, so any JDK
# from 17 on will do, and AWT (which CMake's FindJNI asks for) is not needed.

set(SLUICE_JAVA_HOME "" CACHE PATH "The JDK whose include/jni.h is used; empty means: look for one")

function(sluice_find_jni out)
  set(homes "${SLUICE_JAVA_HOME}" "$ENV{JAVA_HOME}")
  find_program(java_on_path java NO_CACHE)
  if(java_on_path)
    file(REAL_PATH "${java_on_path}" java_real)
    cmake_path(GET java_real PARENT_PATH bin)
    cmake_path(GET bin PARENT_PATH home)
    list(APPEND homes "${home}")
  endif()

  foreach(home IN LISTS homes)
    if(home STREQUAL "" OR NOT EXISTS "${home}/include/jni.h")
      continue()
    endif()
    file(GLOB machine_headers "${home}/include/*/jni_md.h")
    if(machine_headers)
      list(GET machine_headers 0 machine_header)
      cmake_path(GET machine_header PARENT_PATH machine_dir)
      message(STATUS "JNI headers: ${home}/include")
      set(${out} "${home}/include" "${machine_dir}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "No jni.h found. Looked in: ${homes}. "
    "Install a JDK (on Debian: openjdk-17-jdk-headless) or pass -DSLUICE_JAVA_HOME=/path/to/jdk.")
endfunction()
