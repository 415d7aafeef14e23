/* sluice_sctp_jni.h: the SCTP functions for JNI. */
#ifndef SLUICE_SCTP_JNI_H
#define SLUICE_SCTP_JNI_H

#include <jni.h>

/* Registers them in JniSctpBinding beside the class with that name (in slashes). JNI_OK also when there is no such class. */
jint sluice_sctp_jni_register(JNIEnv *env, const char *neighbour);
/* The same for those of the kernel's SCTP, in JniKernelSctpBinding. */
jint sluice_sctp_kernel_jni_register(JNIEnv *env, const char *neighbour);

/* What both do. */
jint sluice_jni_register_beside(JNIEnv *env, const char *neighbour, const char *simple_name, const JNINativeMethod *methods, jint count);

#endif /* SLUICE_SCTP_JNI_H */
