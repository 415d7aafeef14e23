# -DSLUICE_SANITIZE=address,undefined   or   -DSLUICE_SANITIZE=thread
#
# sluice_sanitize(target...) applies the choice at compile and link time. Every finding ends the process, so that ctest
# sees it: -fno-sanitize-recover makes undefined behaviour as loud as a use after free.

set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers for the C code, comma separated: address, undefined, thread, leak")

if(SLUICE_SANITIZE)
  string(REPLACE "," ";" sluice_sanitizers "${SLUICE_SANITIZE}")
  foreach(sanitizer IN LISTS sluice_sanitizers)
    if(NOT sanitizer MATCHES "^(address|undefined|thread|leak)$")
      message(FATAL_ERROR "SLUICE_SANITIZE=${SLUICE_SANITIZE}: '${sanitizer}' is none of address, undefined, thread, leak.")
    endif()
  endforeach()
  if("thread" IN_LIST sluice_sanitizers AND "address" IN_LIST sluice_sanitizers)
    message(FATAL_ERROR "SLUICE_SANITIZE=${SLUICE_SANITIZE}: address and thread exclude each other; build twice.")
  endif()
endif()

function(sluice_sanitize)
  if(NOT SLUICE_SANITIZE)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE
      -fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(${target} PRIVATE -fsanitize=${SLUICE_SANITIZE})
  endforeach()
endfunction()

# What a sanitized test process finds in its environment; without effect on any other.
set(leaks 1)
if(APPLE) # the runtime there has no leak detection, and refuses to start when it is asked for
  set(leaks 0)
endif()
set(SLUICE_SANITIZE_ENVIRONMENT
  "ASAN_OPTIONS=detect_leaks=${leaks}:strict_string_checks=1:detect_stack_use_after_return=1"
  "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")
