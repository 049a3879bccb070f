package dev.hawser.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.function.Consumer;

/**
 * One thing that installing or uninstalling does to the file system.
 *
 * @param text what it does, as a person would say it: {@code write /opt/cni/bin/hawser-bridge}
 */
record InstallStep(String text, Work work) {

    /** The doing. Each one leaves a whole file or none, so that stopping after any step leaves a working node. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    /** How to know what to do: may look, but not touch. */
    @FunctionalInterface
    interface Plan {
        List<InstallStep> steps() throws IOException;
    }

    /**
     * Does all steps of a plan in order, or only says them.
     *
     * @throws IOException if the plan finds something in the way, or at the first step that fails, with the step's text
     */
    static void runAll(Plan plan, boolean dryRun, Consumer<String> progress) throws IOException {
        for (InstallStep step : stepsOf(plan)) {
            progress.accept(step.text());
            if (!dryRun) {
                step.run();
            }
        }
    }

    private static List<InstallStep> stepsOf(Plan plan) throws IOException {
        try {
            return plan.steps();
        } catch (FileSystemException e) {
            throw new IOException(reason(e), e);
        }
    }

    private void run() throws IOException {
        try {
            work.run();
        } catch (IOException e) {
            throw new IOException(text + ": " + reason(e), e);
        }
    }

    /** The JDK's file exceptions carry the path alone when their type says the rest. */
    private static String reason(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return file.getClass().getSimpleName().replace("Exception", "") + ": " + file.getFile();
        }
        return String.valueOf(e.getMessage());
    }
}
