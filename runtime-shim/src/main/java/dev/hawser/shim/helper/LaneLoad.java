package dev.hawser.shim.helper;

/**
 * How busy one kind of calls keeps the helper.
 *
 * @param lane which kind: {@code adds}, {@code deletes}, {@code questions}
 * @param waiting calls that have not begun
 * @param running calls that are being carried out, those that wait for a server among them
 * @param threads how many may run at once, but for those
 */
public record LaneLoad(String lane, int waiting, int running, int threads) {}
