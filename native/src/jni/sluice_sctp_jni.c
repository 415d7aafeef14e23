/*
 * sluice_sctp_jni.c: the functions of sluice_sctp.h for JNI. Every function only converts types; addresses travel as jlong.
 *
 * The other side is the class JniSctpBinding in the package of the class that loads the library (sluice_jni.c finds that one).
 * Its native methods, all static; a path is the address of bytes that end with a zero, 0 for the system's own usrsctp:
 *
 *   int    abi0()                                        long   listen0(long stack, long args)
 *   int    probe0(long path, long info)                  int    unlisten0(long stack, long listener)
 *   int    profile0(int profile, long options)           long   connect0(long stack, long args)
 *   long   sharedBytes0(long config)                     int    input0(long stack, long list, int count)
 *   int    open0(long config, long path, long why,       int    tick0(long stack, int elapsedMs)
 *                long out)                               int    send0(long stack, long list, int count)
 *   long   shared0(long stack)                           int    resetStreams0(long stack, long assoc, long ids, int count)
 *   int    hint0(long stack, long peer, int errno)       int    close0(long stack, long assoc, int deadlineMs, long reason, int bytes)
 *   int    query0(long stack, long assoc, int what,      int    abort0(long stack, long assoc, int cause, long reason, int bytes)
 *                 long out, long bytes)                  int    shutdown0(long stack, long reason, int bytes)
 *   String strerror0(int code)                           int    destroy0(long stack, int flags)
 */
#include <jni.h>
#include <stdint.h>

#include "jni/jni_convert.h"
#include "jni/sluice_sctp_jni.h"
#include "sluice_sctp.h"

static jint JNICALL jni_abi(JNIEnv *env, jclass cls) {
    (void)env, (void)cls;
    return (jint)sluice_sctp_abi();
}

static jint JNICALL jni_probe(JNIEnv *env, jclass cls, jlong path, jlong info) {
    (void)env, (void)cls;
    return sluice_sctp_probe(pointer(path), pointer(info));
}

static jint JNICALL jni_profile(JNIEnv *env, jclass cls, jint profile, jlong options) {
    (void)env, (void)cls;
    return sluice_sctp_profile((uint32_t)profile, pointer(options));
}

static jlong JNICALL jni_shared_bytes(JNIEnv *env, jclass cls, jlong config) {
    (void)env, (void)cls;
    return (jlong)sluice_sctp_shared_bytes(pointer(config));
}

static jint JNICALL jni_open(JNIEnv *env, jclass cls, jlong config, jlong path, jlong why, jlong out) {
    (void)env, (void)cls;
    sluice_sctp *stack = NULL;
    int code = sluice_sctp_open(pointer(config), pointer(path), pointer(why), &stack);
    store_address(out, stack);
    return code;
}

static jlong JNICALL jni_shared(JNIEnv *env, jclass cls, jlong stack) {
    (void)env, (void)cls;
    return (jlong)(uintptr_t)sluice_sctp_shared(pointer(stack), NULL);
}

static jlong JNICALL jni_listen(JNIEnv *env, jclass cls, jlong stack, jlong args) {
    (void)env, (void)cls;
    return sluice_sctp_listen(pointer(stack), pointer(args));
}

static jint JNICALL jni_unlisten(JNIEnv *env, jclass cls, jlong stack, jlong listener) {
    (void)env, (void)cls;
    return sluice_sctp_unlisten(pointer(stack), (uint64_t)listener);
}

static jlong JNICALL jni_connect(JNIEnv *env, jclass cls, jlong stack, jlong args) {
    (void)env, (void)cls;
    return sluice_sctp_connect(pointer(stack), pointer(args));
}

static jint JNICALL jni_input(JNIEnv *env, jclass cls, jlong stack, jlong list, jint count) {
    (void)env, (void)cls;
    return sluice_sctp_input(pointer(stack), pointer(list), (uint32_t)count);
}

static jint JNICALL jni_tick(JNIEnv *env, jclass cls, jlong stack, jint elapsed_ms) {
    (void)env, (void)cls;
    return sluice_sctp_tick(pointer(stack), (uint32_t)elapsed_ms);
}

static jint JNICALL jni_send(JNIEnv *env, jclass cls, jlong stack, jlong list, jint count) {
    (void)env, (void)cls;
    return sluice_sctp_send(pointer(stack), pointer(list), (uint32_t)count);
}

static jint JNICALL jni_reset_streams(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jlong ids, jint count) {
    (void)env, (void)cls;
    return sluice_sctp_reset_streams(pointer(stack), (uint64_t)assoc, pointer(ids), (uint32_t)count);
}

static jint JNICALL jni_close(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jint deadline_ms, jlong reason, jint bytes) {
    (void)env, (void)cls;
    return sluice_sctp_close(pointer(stack), (uint64_t)assoc, (uint32_t)deadline_ms, pointer(reason), (uint32_t)bytes);
}

static jint JNICALL jni_abort(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jint cause, jlong reason, jint bytes) {
    (void)env, (void)cls;
    return sluice_sctp_abort(pointer(stack), (uint64_t)assoc, (uint32_t)cause, pointer(reason), (uint32_t)bytes);
}

static jint JNICALL jni_hint(JNIEnv *env, jclass cls, jlong stack, jlong peer, jint os_errno) {
    (void)env, (void)cls;
    return sluice_sctp_hint(pointer(stack), pointer(peer), os_errno);
}

static jint JNICALL jni_query(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jint what, jlong out, jlong bytes) {
    (void)env, (void)cls;
    return sluice_sctp_query(pointer(stack), (uint64_t)assoc, (uint32_t)what, pointer(out), pointer(bytes));
}

static jint JNICALL jni_shutdown(JNIEnv *env, jclass cls, jlong stack, jlong reason, jint bytes) {
    (void)env, (void)cls;
    return sluice_sctp_shutdown(pointer(stack), pointer(reason), (uint32_t)bytes);
}

static jint JNICALL jni_destroy(JNIEnv *env, jclass cls, jlong stack, jint flags) {
    (void)env, (void)cls;
    return sluice_sctp_destroy(pointer(stack), (uint32_t)flags);
}

static jstring JNICALL jni_strerror(JNIEnv *env, jclass cls, jint code) {
    (void)cls;
    return (*env)->NewStringUTF(env, sluice_sctp_strerror(code));
}

static const JNINativeMethod METHODS[] = {
    METHOD("abi0", "()I", jni_abi),
    METHOD("probe0", "(JJ)I", jni_probe),
    METHOD("profile0", "(IJ)I", jni_profile),
    METHOD("sharedBytes0", "(J)J", jni_shared_bytes),
    METHOD("open0", "(JJJJ)I", jni_open),
    METHOD("shared0", "(J)J", jni_shared),
    METHOD("listen0", "(JJ)J", jni_listen),
    METHOD("unlisten0", "(JJ)I", jni_unlisten),
    METHOD("connect0", "(JJ)J", jni_connect),
    METHOD("input0", "(JJI)I", jni_input),
    METHOD("tick0", "(JI)I", jni_tick),
    METHOD("send0", "(JJI)I", jni_send),
    METHOD("resetStreams0", "(JJJI)I", jni_reset_streams),
    METHOD("close0", "(JJIJI)I", jni_close),
    METHOD("abort0", "(JJIJI)I", jni_abort),
    METHOD("hint0", "(JJI)I", jni_hint),
    METHOD("query0", "(JJIJJ)I", jni_query),
    METHOD("shutdown0", "(JJI)I", jni_shutdown),
    METHOD("destroy0", "(JI)I", jni_destroy),
    METHOD("strerror0", "(I)Ljava/lang/String;", jni_strerror),
};

void JNICALL sluice_sctp_jni_register(JNIEnv *env, jclass cls, jclass of) {
    (void)cls;
    (*env)->RegisterNatives(env, of, METHODS, (jint)(sizeof METHODS / sizeof METHODS[0])); /* its failure is a pending exception */
}
