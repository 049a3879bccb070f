package dev.hawser.bench;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Java program that does nothing: the least that any cold call on this JDK takes. */
final class EmptyMain {

    private static final String NAME = "Empty";

    private EmptyMain() {}

    /**
     * Its command line.
     *
     * @param jdk whose java executes it
     * @param directory where its class file is written
     */
    static List<String> write(Path jdk, Path directory) throws IOException {
        Files.write(directory.resolve(NAME + ".class"), classFile());
        return List.of(jdk.resolve("bin/java").toString(), "-cp", directory.toString(), NAME);
    }

    private static byte[] classFile() {
        MethodTypeDesc main = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String.arrayType());
        return ClassFile.of()
                .build(
                        ClassDesc.of(NAME),
                        type -> type.withFlags(ClassFile.ACC_PUBLIC)
                                .withMethodBody(
                                        "main",
                                        main,
                                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                        CodeBuilder::return_));
    }
}
