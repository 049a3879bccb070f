package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.spec.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportsTest {

    @Test
    void theTableIsAlignedAndHoldsWorkReferenceHawserRatioAndGoal() {
        String text = TextReport.of(Sample.report());

        assertEquals("""
                hawser: /opt/hawser
                machine: 2 processors & <more>

                Medians in milliseconds

                WORK                    REFERENCE  HAWSER  RATIO  FLOOR  x FLOOR  GOAL
                ADD, one after another       13.2    1.65   8.0x   0.80      2.1  ≥ 7x: met; ≤ 2x floor: missed (2.1)
                DEL of "a" & <b>                -     482      -      -        -  p99 ≤ 2x p50: missed (3.0)

                Spread in milliseconds; tasks are the processes and threads that one run starts

                WORK                    WHO            P50   P90   P99  P99/P50  RUNS  TASKS
                ADD, one after another  reference     13.2  13.2  13.2      1.0     1     17
                                        hawser        1.65  1.65  1.65      1.0     1      1
                                        kernel alone  0.80  0.80  0.80      1.0     1      -
                DEL of "a" & <b>        hawser         482  1446  1446      3.0     2      1
                """, text);
    }

    @Test
    void theCsvQuotesWhatItMust() {
        String csv = CsvReport.of(Sample.report());

        assertEquals("""
                id,work,who,p50_ms,p90_ms,p99_ms,min_ms,max_ms,runs,tasks
                add,"ADD, one after another",reference,13.2000,13.2000,13.2000,13.2000,13.2000,1,17
                add,"ADD, one after another",hawser,1.6500,1.6500,1.6500,1.6500,1.6500,1,1
                add,"ADD, one after another",kernel alone,0.8000,0.8000,0.8000,0.8000,0.8000,1,
                "del.""x""\","DEL of ""a"" & <b>",hawser,482.0000,1446.0000,1446.0000,482.0000,1446.0000,2,1
                """, csv);
    }

    @Test
    void theChartIsXmlWithALabelAndABarForEverybody() throws Exception {
        Document chart = parsed(SvgChart.of(Sample.report()));

        List<String> texts = texts(chart);
        assertTrue(texts.containsAll(List.of(
                "ADD, one after another", "DEL of \"a\" & <b>", "13.2", "1.65", "482", "p99 1446", "8.0x", "0.80")));
        assertTrue(texts.contains("machine: 2 processors & <more>"), texts.toString());
        assertEquals(2, bars(chart, "#1f6feb").size());
        assertEquals(1, bars(chart, "#8c959f").size());
    }

    @Test
    void theChartGrowsWithTheLogarithmOfTime() throws Exception {
        Result slow = Sample.result(1000, 100, 10);

        Document chart = parsed(SvgChart.of(new Report(List.of(), List.of(slow))));

        double floor = number(lines(chart, "#d1242f").getLast(), "x1");
        double ours = end(bars(chart, "#1f6feb").getFirst());
        double theirs = end(bars(chart, "#8c959f").getFirst());
        assertTrue(floor < ours, "all three are apart");
        assertEquals(ours - floor, theirs - ours, 0.2);
    }

    @Test
    void theChartHasALineForEachDecadeAndRoomForTheLowest() throws Exception {
        Document chart = parsed(SvgChart.of(new Report(List.of(), List.of(Sample.result(1776, 4.4, 0.8)))));

        assertTrue(texts(chart).containsAll(List.of("1", "10", "100", "1,000")), texts(chart)::toString);
        assertTrue(texts(chart).stream().noneMatch("200"::equals), "which would run into its neighbours");
        assertTrue(width(bars(chart, "#1f6feb").getFirst()) > 50);
        double begin = number(bars(chart, "#1f6feb").getFirst(), "x");
        assertTrue(number(lines(chart, "#d1242f").getLast(), "x1") > begin + 5, "the floor is no part of the axis");
    }

    @Test
    void nothingInTheChartLeavesIt() throws Exception {
        String work = "ADD with 1,000 attachments on the bridge, ipMasq";
        Result wide = new Result(
                "wide",
                work,
                Optional.of(Sample.constant(98_765, 1)),
                Sample.constant(0.011, 1),
                Optional.empty(),
                List.of());
        String about = "machine: " + "very ".repeat(60) + "/a/path".repeat(40);

        Document chart = parsed(SvgChart.of(new Report(List.of(about), List.of(wide))));

        assertTrue(texts(chart).contains(work));
        int height = Integer.parseInt(chart.getDocumentElement().getAttribute("height"));
        for (Element text : elements(chart, "text")) {
            double width =
                    0.57 * number(text, "font-size") * text.getTextContent().length();
            double begin = number(text, "x")
                    - switch (text.getAttribute("text-anchor")) {
                        case "end" -> width;
                        case "middle" -> width / 2;
                        default -> 0;
                    };
            assertTrue(begin >= 0 && begin + width <= 1000, text.getTextContent());
            assertTrue(number(text, "y") < height, text.getTextContent());
        }
        String all = String.join("", texts(chart)).replace(" ", "");
        assertTrue(all.contains(about.replace(" ", "")), "whatever is wrapped is there");
    }

    @Test
    void theChartOfAForeignLanguageHasPointsInItsNumbers() throws Exception {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);

            assertEquals(
                    2, bars(parsed(SvgChart.of(Sample.report())), "#1f6feb").size());
            assertTrue(CsvReport.of(Sample.report()).contains("13.2000"));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void jsonHasEverybodyWhoWasMeasured() {
        Json.Obj document = Json.parseObject(JsonReport.of(Sample.report()).getBytes(StandardCharsets.UTF_8));

        Json results = document.find("results").orElseThrow();
        Json.Obj add = ((Json.Arr) results).items().getFirst().asObject();
        assertEquals(new Json.Str("add"), add.find("id").orElseThrow());
        assertEquals(new Json.Num("8.0000"), add.find("ratio").orElseThrow());
        assertEquals(3, ((Json.Arr) add.find("measured").orElseThrow()).items().size());
        assertEquals(
                Json.texts(List.of("≥ 7x: met", "≤ 2x floor: missed (2.1)")),
                add.find("goals").orElseThrow());
    }

    private static Document parsed(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document chart) {
        return elements(chart, "text").stream().map(Element::getTextContent).toList();
    }

    /** Without the one in the legend. */
    private static List<Element> bars(Document chart, String colour) {
        return elements(chart, "rect").stream()
                .filter(rectangle -> rectangle.getAttribute("fill").equals(colour))
                .skip(1)
                .toList();
    }

    private static List<Element> lines(Document chart, String colour) {
        return elements(chart, "line").stream()
                .filter(line -> line.getAttribute("stroke").equals(colour))
                .toList();
    }

    private static double width(Element bar) {
        return number(bar, "width");
    }

    private static double end(Element bar) {
        return number(bar, "x") + width(bar);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static List<Element> elements(Document chart, String name) {
        NodeList nodes = chart.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }
}
