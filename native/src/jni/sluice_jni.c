/*
 * sluice_jni.c: the C ABI for JNI. Every function here only converts types; io.sluice.internal.bind.JniBinding is the
 * other side and says what the arguments are.
 *
 * No Java_... symbols: JNI_OnLoad registers the functions in the class that called System.load(), so that a copy of Sluice whose
 * packages were relocated (shaded) works, also next to an unrelocated copy in the same class loader, where a fixed name would bind
 * the wrong class. The class with the compiled-in name is it when it says that this very thread is loading; else the class is looked
 * up on the stack, which takes a cold JVM longer. Where the JVM keeps no stack traces (-XX:-StackTraceInThrowable), it is the
 * compiled-in one.
 */
#include <jni.h>
#include <stdint.h>
#include <string.h>

#include "jni/jni_convert.h"
#include "jni/sluice_sctp_jni.h"
#include "sluice.h"

#define JNI_VERSION_NEEDED JNI_VERSION_10
#define DEFAULT_CLASS      "io/sluice/internal/bind/JniBinding"
#define CLASS_NAME_MAX     1024

static jint JNICALL jni_abi(JNIEnv *env, jclass cls) {
    (void)env, (void)cls;
    return (jint)sluice_abi();
}

static jint JNICALL jni_probe(JNIEnv *env, jclass cls, jint engine, jlong info) {
    (void)env, (void)cls;
    return sluice_probe((uint32_t)engine, pointer(info));
}

static jlong JNICALL jni_shared_bytes(JNIEnv *env, jclass cls, jlong config) {
    (void)env, (void)cls;
    return (jlong)sluice_shared_bytes(pointer(config));
}

static jint JNICALL jni_open(JNIEnv *env, jclass cls, jlong config, jlong out) {
    (void)env, (void)cls;
    sluice_loop *loop = NULL;
    int code = sluice_open(pointer(config), &loop);
    store_address(out, loop);
    return code;
}

static jint JNICALL jni_pool(JNIEnv *env, jclass cls, jlong loop, jint group, jlong base, jint buf_bytes, jint count) {
    (void)env, (void)cls;
    return sluice_pool(pointer(loop), (uint16_t)group, pointer(base), (uint32_t)buf_bytes, (uint32_t)count);
}

static jint JNICALL jni_enter(JNIEnv *env, jclass cls, jlong loop, jlong timeout_ns) {
    (void)env, (void)cls;
    return sluice_enter(pointer(loop), timeout_ns, 0);
}

static jint JNICALL jni_wake(JNIEnv *env, jclass cls, jlong loop) {
    (void)env, (void)cls;
    return sluice_wake(pointer(loop));
}

static jint JNICALL jni_query(JNIEnv *env, jclass cls, jlong loop, jlong handle, jint what, jlong out, jlong len) {
    (void)env, (void)cls;
    return sluice_query(pointer(loop), (uint64_t)handle, (uint32_t)what, pointer(out), pointer(len));
}

static jint JNICALL jni_control(JNIEnv *env, jclass cls, jlong loop, jlong handle, jint what, jlong in, jint len) {
    (void)env, (void)cls;
    return sluice_control(pointer(loop), (uint64_t)handle, (uint32_t)what, pointer(in), (uint32_t)len);
}

static jint JNICALL jni_destroy(JNIEnv *env, jclass cls, jlong loop, jint flags) {
    (void)env, (void)cls;
    return sluice_destroy(pointer(loop), (uint32_t)flags);
}

static jstring JNICALL jni_strerror(JNIEnv *env, jclass cls, jint code) {
    (void)cls;
    return (*env)->NewStringUTF(env, sluice_strerror(code));
}

static jlong JNICALL jni_address(JNIEnv *env, jclass cls, jobject direct) {
    (void)cls;
    return (jlong)(uintptr_t)(*env)->GetDirectBufferAddress(env, direct);
}

static const JNINativeMethod METHODS[] = {
    METHOD("abi0", "()I", jni_abi),
    METHOD("probe0", "(IJ)I", jni_probe),
    METHOD("sharedBytes0", "(J)J", jni_shared_bytes),
    METHOD("open0", "(JJ)I", jni_open),
    METHOD("pool0", "(JIJII)I", jni_pool),
    METHOD("enter0", "(JJ)I", jni_enter),
    METHOD("wake0", "(J)I", jni_wake),
    METHOD("query0", "(JJIJJ)I", jni_query),
    METHOD("control0", "(JJIJI)I", jni_control),
    METHOD("destroy0", "(JI)I", jni_destroy),
    METHOD("strerror0", "(I)Ljava/lang/String;", jni_strerror),
    METHOD("address0", "(Ljava/nio/ByteBuffer;)J", jni_address),
};

/* A class that does not have these does without SCTP. */
static const JNINativeMethod SCTP_METHODS[] = {
    METHOD("registerSctp0", "(Ljava/lang/Class;)V", sluice_sctp_jni_register),
    METHOD("registerKernelSctp0", "(Ljava/lang/Class;)V", sluice_sctp_kernel_jni_register),
};

/* ------------------------------------------------------------------------------------------ finding the class */

/* The string in UTF-8 in buf; false: it does not fit, is null, or an exception is pending. */
static jboolean copy_string(JNIEnv *env, jstring s, char *buf, jsize cap) {
    if ((*env)->ExceptionCheck(env) || s == NULL) return JNI_FALSE;
    jsize bytes = (*env)->GetStringUTFLength(env, s);
    if (bytes >= cap) return JNI_FALSE;
    (*env)->GetStringUTFRegion(env, s, 0, (*env)->GetStringLength(env, s), buf);
    buf[bytes] = '\0';
    return !(*env)->ExceptionCheck(env);
}

/* new Throwable().getStackTrace(); NULL with or without a pending exception. */
static jobjectArray stack_trace(JNIEnv *env) {
    jclass throwable = (*env)->FindClass(env, "java/lang/Throwable");
    if (throwable == NULL) return NULL;
    jmethodID make = (*env)->GetMethodID(env, throwable, "<init>", "()V");
    jmethodID trace = make == NULL ? NULL
        : (*env)->GetMethodID(env, throwable, "getStackTrace", "()[Ljava/lang/StackTraceElement;");
    if (trace == NULL) return NULL;
    jobject t = (*env)->NewObject(env, throwable, make);
    jobjectArray frames = t == NULL ? NULL : (jobjectArray)(*env)->CallObjectMethod(env, t, trace);
    return (*env)->ExceptionCheck(env) ? NULL : frames;
}

/*
 * Name, in dots, of the class whose method called System.load(): the frame above the frame "java.lang.System.load".
 * False: not found.
 */
static jboolean name_of_loading_class(JNIEnv *env, char *name, jsize cap) {
    jobjectArray trace = stack_trace(env);
    jclass element = trace == NULL ? NULL : (*env)->FindClass(env, "java/lang/StackTraceElement");
    if (element == NULL) return JNI_FALSE;
    jmethodID class_name = (*env)->GetMethodID(env, element, "getClassName", "()Ljava/lang/String;");
    jmethodID method_name = class_name == NULL ? NULL
        : (*env)->GetMethodID(env, element, "getMethodName", "()Ljava/lang/String;");
    if (method_name == NULL) return JNI_FALSE;

    jboolean below_load = JNI_FALSE;
    jsize depth = (*env)->GetArrayLength(env, trace);
    for (jsize i = 0; i < depth; i++) {
        if ((*env)->PushLocalFrame(env, 4) != 0) return JNI_FALSE;
        char method[32];
        jobject frame = (*env)->GetObjectArrayElement(env, trace, i);
        jboolean known = !(*env)->ExceptionCheck(env) &&
            copy_string(env, (jstring)(*env)->CallObjectMethod(env, frame, class_name), name, cap);
        jboolean is_load = JNI_FALSE;
        if (known && !below_load && strcmp(name, "java.lang.System") == 0) {
            is_load = copy_string(env, (jstring)(*env)->CallObjectMethod(env, frame, method_name), method, sizeof method) &&
                strcmp(method, "load") == 0;
        }
        (*env)->PopLocalFrame(env, NULL);
        if ((*env)->ExceptionCheck(env)) return JNI_FALSE;
        if (below_load) return known;
        below_load = is_load;
    }
    return JNI_FALSE;
}

/* Whether JniBinding.loading of that class is this thread. */
static jboolean is_loading(JNIEnv *env, jclass cls) {
    jfieldID loading = (*env)->GetStaticFieldID(env, cls, "loading", "Ljava/lang/Thread;");
    jobject who = loading == NULL ? NULL : (*env)->GetStaticObjectField(env, cls, loading);
    jclass thread = who == NULL ? NULL : (*env)->FindClass(env, "java/lang/Thread");
    jmethodID current = thread == NULL ? NULL : (*env)->GetStaticMethodID(env, thread, "currentThread", "()Ljava/lang/Thread;");
    if (current == NULL) return JNI_FALSE;
    jobject self = (*env)->CallStaticObjectMethod(env, thread, current);
    return !(*env)->ExceptionCheck(env) && (*env)->IsSameObject(env, self, who);
}

/* FindClass looks in the class loader of the class that called System.load(). */
static jclass find_binding_class(JNIEnv *env) {
    char name[CLASS_NAME_MAX];
    jclass usual = (*env)->FindClass(env, DEFAULT_CLASS);
    if (usual != NULL && is_loading(env, usual)) return usual;
    (*env)->ExceptionClear(env);
    if (!name_of_loading_class(env, name, CLASS_NAME_MAX)) {
        (*env)->ExceptionClear(env);
        memcpy(name, DEFAULT_CLASS, sizeof DEFAULT_CLASS);
    }
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '.') *c = '/';
    }
    return (*env)->FindClass(env, name);
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
    (void)reserved;
    JNIEnv *env = NULL;
    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_NEEDED) != JNI_OK) return JNI_ERR;
    jclass cls = find_binding_class(env);
    if (cls == NULL) return JNI_ERR; /* the pending exception tells System.load()'s caller why */
    jint count = (jint)(sizeof METHODS / sizeof METHODS[0]);
    if ((*env)->RegisterNatives(env, cls, METHODS, count) != JNI_OK) return JNI_ERR;
    if ((*env)->RegisterNatives(env, cls, SCTP_METHODS, (jint)(sizeof SCTP_METHODS / sizeof SCTP_METHODS[0])) != JNI_OK) {
        (*env)->ExceptionClear(env);
    }
    return JNI_VERSION_NEEDED;
}
