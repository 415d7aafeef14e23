/* sluice_sctp_jni.h: the SCTP functions for JNI. */
#ifndef SLUICE_SCTP_JNI_H
#define SLUICE_SCTP_JNI_H

#include <jni.h>

/* JniBinding.registerSctp0: registers them in JniSctpBinding, which the caller gives. Not before somebody wants SCTP: no start waits for its
   classes. */
void JNICALL sluice_sctp_jni_register(JNIEnv *env, jclass cls, jclass of);
/* The same for those of the kernel's SCTP, in JniKernelSctpBinding. */
void JNICALL sluice_sctp_kernel_jni_register(JNIEnv *env, jclass cls, jclass of);

#endif /* SLUICE_SCTP_JNI_H */
